import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, sequential, sgd } from "../../src/index.js";
import { close, rowsOf } from "./reference.js";

const test = suite("averages of frozen weights");
const x = rowsOf(24, 4);
const y = rowsOf(24, 2, 3);

for (const workers of [1, 3]) {
  test(`weights that were frozen are their own average and go on from there (${workers} workers)`, async () => {
    for (const first of ["trained", "frozen"]) {
      const optimizer = sgd({ learningRate: 0.01, useEma: true, emaMomentum: 0.9 });
      await using model = sequential([
        input({ shape: [4] }),
        dense({ units: 9, activation: "tanh" }),
        dense({ units: 2 }),
      ]);
      model.compile({ optimizer, loss: "meanSquaredError", seed: 3, numerics: "strict", workers });
      if (first === "trained") await model.fit(x, y, { epochs: 3, batchSize: 6 });
      model.freeze("dense_0");
      const [before] = await model.getWeights();
      await model.trainOnBatch(x, y);
      await model.fit(x, y, { epochs: 2, batchSize: 6 });
      assert.equal((await model.getWeights())[0], before);
      model.thaw("dense_0");
      await model.trainOnBatch(x, y);
      close((await model.getWeights())[0]!.data, before!.data, 0.02, `${first}, one step on`);
      await model.fit(x, y, { batchSize: 24 });
      close((await model.getWeights())[0]!.data, before!.data, 0.02, `${first}, the average`);
    }
  });
}

test.run();
