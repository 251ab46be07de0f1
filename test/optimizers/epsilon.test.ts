// Optimizers that divide by a root and epsilon, where epsilon is less than any that counts.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  dense,
  input,
  nadam,
  radam,
  rmsprop,
  sequential,
} from "../../src/index.js";
import type { OptimizerSpec } from "../../src/optimizers/index.js";
import { bitsOf } from "../fingerprints.js";

const test = suite("the least epsilon");

const makers: Record<string, (epsilon: number) => OptimizerSpec> = {
  adam: (epsilon) => adam({ epsilon }),
  "adam with amsgrad": (epsilon) => adam({ epsilon, amsgrad: true }),
  adamw: (epsilon) => adamw({ epsilon, weightDecay: 0 }),
  nadam: (epsilon) => nadam({ epsilon }),
  radam: (epsilon) => radam({ epsilon }),
  adamax: (epsilon) => adamax({ epsilon }),
  rmsprop: (epsilon) => rmsprop({ epsilon }),
  "rmsprop, centered": (epsilon) => rmsprop({ epsilon, centered: true }),
  adagrad: (epsilon) => adagrad({ epsilon, initialAccumulator: 0 }),
  adadelta: (epsilon) => adadelta({ epsilon, learningRate: 1000 }),
};
// The third column has no gradient, the second a small one.
const x = Float32Array.from({ length: 24 }, (_, i) => [Math.sin(i), 1e-12 * Math.cos(i), 0][i % 3]!);
const y = Float32Array.from({ length: 8 }, (_, i) => Math.cos(3 * i));

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: 1e-15, as which a smaller one counts, also one that float32 has no number for`, async () => {
    const train = async (epsilon: number) => {
      await using model = sequential([input({ shape: [3] }), dense({ units: 1 })]);
      model.compile({ optimizer: make(epsilon), loss: "meanSquaredError", seed: 2, workers: 1, numerics: "strict" });
      const [before] = await model.getWeights();
      await model.fit(x, y, { epochs: 6, batchSize: 4 });
      const [after] = await model.getWeights();
      assert.is(after!.data[2], before!.data[2], "no gradient, no change");
      assert.ok(after!.data.every(Number.isFinite));
      assert.is.not(after!.data[0], before!.data[0]);
      return await bitsOf(model);
    };
    const least = await train(1e-15);
    assert.is(await train(1e-20), least);
    assert.is(await train(1e-60), least);
    assert.is.not(await train(1e-3), least);
  });
}

test.run();
