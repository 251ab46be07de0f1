import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, sequential } from "../src/index.js";
import golden from "./golden/dense.json";
import { close, NUMERICS } from "./golden.js";

const test = suite("golden dense");
/** Sums of up to 68 products in float32. */
const TOLERANCE = 1e-5;

for (const numerics of NUMERICS) {
  for (const { name, tensors } of golden.cases) {
    test(`${name}, output and gradients (${numerics})`, async () => {
      const { x, kernel, bias, output, grad_output, grad_x, grad_kernel, grad_bias } = tensors;
      await using model = sequential([input({ shape: [x.shape[1]!] }), dense({ units: kernel.shape[1]! })]);
      model.compile({ optimizer: "sgd", numerics, workers: 2 });
      const names = (await model.getWeights()).map(({ name }) => name);
      await model.setWeights([kernel, bias].map((tensor, i) => ({ name: names[i]!, ...tensor })));
      const { data, shape } = await model.predict(x);
      assert.equal(shape, output.shape);
      close(data, output.data, TOLERANCE, "output");
      const gradients = await model.backward(x, grad_output);
      assert.equal(gradients.input.shape, grad_x.shape);
      close(gradients.input.data, grad_x.data, TOLERANCE, "input gradient");
      [grad_kernel, grad_bias].forEach((want, i) => {
        const { data, shape } = gradients.weights[i]!;
        assert.equal(shape, want.shape);
        close(data, want.data, TOLERANCE, `gradient of ${names[i]}`);
      });
    });
  }
}

test.run();
