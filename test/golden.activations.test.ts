import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activation, input, sequential } from "../src/index.js";
import { activations } from "../src/layers/activation.js";
import golden from "./golden/activations.json";
import { close, NUMERICS } from "./golden.js";

const test = suite("golden activations");

for (const numerics of NUMERICS) {
  for (const { name, tensors } of golden.cases) {
    test(`${name}, output and gradient (${numerics})`, async () => {
      const { x, output, grad_output, grad_x } = tensors;
      await using model = sequential([input({ shape: x.shape.slice(1) }), activation(name)]);
      model.compile({ optimizer: "sgd", numerics, workers: 2 });
      const { data, shape } = await model.predict(x);
      assert.equal(shape, output.shape);
      close(data, output.data, 1e-6, "output");
      const { input: gradient, weights } = await model.backward(x, grad_output);
      assert.equal(gradient.shape, grad_x.shape);
      close(gradient.data, grad_x.data, 1e-6, "gradient");
      assert.equal(weights, []);
    });
  }
}

test("every activation but the identity has its numbers", () => {
  const names = Object.keys(activations).filter((name) => name !== "linear");
  assert.equal(golden.cases.map(({ name }) => name).sort(), names.sort());
});

test.run();
