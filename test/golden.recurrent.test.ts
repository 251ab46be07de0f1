import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gru, input, lstm, sequential, simpleRnn } from "../src/index.js";
import golden from "./golden/recurrent.json";
import { close, NUMERICS, type Tensor } from "./golden.js";

const test = suite("golden recurrent layers");
/** Sums over 15 steps of 3 sequences in float32. */
const TOLERANCE = 1e-5;

const layers = { simpleRnn, lstm, gru };
const WEIGHTS = ["kernel", "recurrent", "bias", "recurrentBias"] as const;

for (const numerics of NUMERICS) {
  for (const { name, tensors } of golden.cases as unknown as {
    name: keyof typeof layers;
    tensors: Record<string, Tensor>;
  }[]) {
    const { x, output, grad_output: dout, grad_x: dinp } = tensors as Record<string, Tensor>;
    const [rows, steps, units] = output!.shape as [number, number, number];
    const names = WEIGHTS.filter((weight) => tensors[weight]);
    const build = (options: object) => {
      const model = sequential([input({ shape: x!.shape.slice(1) }), layers[name]({ units, ...options })]);
      model.compile({ optimizer: "sgd", numerics, workers: 2 });
      return model;
    };
    const weights = names.map((weight) => tensors[weight]!);

    test(`${name}, outputs of all steps and gradients (${numerics})`, async () => {
      await using model = build({ returnSequences: true });
      await model.setWeights(weights);
      const { data, shape } = await model.predict(x!);
      assert.equal(shape, output!.shape);
      close(data, output!.data, TOLERANCE, "output");
      const gradients = await model.backward(x!, dout!);
      close(gradients.input.data, dinp!.data, TOLERANCE, "input gradient");
      for (const [i, weight] of names.entries()) {
        const want = tensors[`grad_${weight}`]!;
        assert.equal(gradients.weights[i]!.shape, want.shape);
        close(gradients.weights[i]!.data, want.data, TOLERANCE, weight);
      }
    });

    test(`${name}, the last output alone (${numerics})`, async () => {
      await using model = build({});
      await using all = build({ returnSequences: true });
      for (const each of [model, all]) await each.setWeights(weights);
      const { data, shape } = await model.predict(x!);
      assert.equal(shape, [rows, units]);
      const last = (values: number[], of: number) =>
        values.map((value, i) => (Math.floor(i / units) % steps === steps - 1 ? value : of));
      close(
        data,
        output!.data.filter((_, i) => Math.floor(i / units) % steps === steps - 1),
        TOLERANCE,
        "output",
      );
      const one = await model.backward(x!, {
        shape: [rows, units],
        data: dout!.data.filter((_, i) => Math.floor(i / units) % steps === steps - 1),
      });
      const want = await all.backward(x!, { shape: dout!.shape, data: last(dout!.data, 0) });
      assert.equal(one, want);
    });

    test(`${name}, backwards (${numerics})`, async () => {
      await using model = build({ returnSequences: true, goBackwards: true });
      await model.setWeights(weights);
      const channels = x!.shape[2]!;
      const turned = ({ shape, data }: Tensor): Tensor => ({
        shape,
        data: data.map((_, i) => {
          const width = shape[2]!;
          const [b, t, c] = [Math.floor(i / width / steps), Math.floor(i / width) % steps, i % width];
          return data[(b * steps + steps - 1 - t) * width + c]!;
        }),
      });
      assert.is(channels * steps * rows, x!.data.length);
      close((await model.predict(turned(x!))).data, output!.data, TOLERANCE, "output");
      const gradients = await model.backward(turned(x!), dout!);
      close(gradients.input.data, turned(dinp!).data, TOLERANCE, "input gradient");
      for (const [i, weight] of names.entries())
        close(gradients.weights[i]!.data, tensors[`grad_${weight}`]!.data, TOLERANCE, weight);
    });
  }
}

test.run();
