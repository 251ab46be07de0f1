import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, earlyStopping, input, sequential, sgd } from "../../src/index.js";
import { eachRejects } from "../wrong/wrong.js";
import { labelsOf, rowsOf } from "./reference.js";

const x = rowsOf(40, 6);
const y = labelsOf(40, 3);
const net = (proximal: boolean) => {
  const model = sequential([
    input({ shape: [6] }),
    dense({ units: 12, activation: "tanh", kernelRegularizer: { l1: 0.05, proximal } }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: sgd({ learningRate: 0.2 }), loss, seed: 2, numerics: "strict", workers: 1 });
  return model;
};

const test = suite("early stopping on sparsity");

test("where a proximal L1 makes zeros, more of them are better", async () => {
  const stopping = earlyStopping({ monitor: "sparsity", patience: 3 });
  assert.is(stopping.mode, "max");
  await using model = net(true);
  const { epochs, stopped, bestEpoch } = await model.fit(x, y, { epochs: 300, batchSize: 8, callbacks: [stopping] });
  const sparsity = epochs.map((log) => log.sparsity!);
  const best = Math.max(...sparsity);
  assert.is(stopped, "earlyStopping");
  assert.ok(best > 0.2 && sparsity[0]! < best);
  assert.is(bestEpoch, sparsity.indexOf(best));
  assert.is(epochs.length, bestEpoch! + 4);
});

test("not where the logs have none", async () => {
  await using model = net(false);
  const callbacks = [earlyStopping({ monitor: "sparsity" })];
  await eachRejects([
    [
      "no proximal L1",
      () => model.fit(x, y, { callbacks }),
      "E_OPTION",
      /monitor: unknown name "sparsity"\. Known: dataLoss/,
    ],
  ]);
});

test.run();
