import { suite } from "uvu";
import * as assert from "uvu/assert";
import { input, multiHeadAttention, sequential } from "../src/index.js";
import golden from "./golden/attention.json";
import { close, NUMERICS, type Tensor } from "./golden.js";

const test = suite("golden attention");
const WEIGHTS = ["wq", "wk", "wv", "wo"] as const;

for (const numerics of NUMERICS) {
  for (const { name, heads, causal, tensors } of golden.cases) {
    const of = tensors as Record<string, Tensor>;
    const {
      x,
      output,
      grad_output: dout,
      grad_x: dinp,
    } = of as Record<"x" | "output" | "grad_output" | "grad_x", Tensor>;
    const [steps, channels] = x.shape.slice(1) as [number, number];

    for (const size of [{}, { headSize: channels / heads }]) {
      test(`${name} ${JSON.stringify(size)} (${numerics})`, async () => {
        await using model = sequential([
          input({ shape: [steps, channels] }),
          multiHeadAttention({ heads, causal, ...size }),
        ]);
        model.compile({ optimizer: "sgd", numerics, workers: 2 });
        await model.setWeights(WEIGHTS.map((weight) => of[weight]!));
        const { data, shape } = await model.predict(x);
        assert.equal(shape, output.shape);
        close(data, output.data, 1e-5, "output");
        const gradients = await model.backward(x, dout);
        close(gradients.input.data, dinp.data, 1e-5, "input gradient");
        for (const [i, weight] of WEIGHTS.entries()) {
          close(gradients.weights[i]!.data, of[`grad_${weight}`]!.data, 1e-5, weight);
        }
      });
    }
  }
}

test.run();
