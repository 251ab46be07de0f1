import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EarlyStopping } from "../../src/engine/stopping.js";
import { earlyStopping } from "../../src/index.js";
import { metrics } from "../../src/metrics/index.js";
import type { EpochLog } from "../../src/spec.js";

const test = suite("early stopping");

/** The epochs that are the best so far, and the one after which it stops. */
function follow(options: Parameters<typeof earlyStopping>[0], values: number[]) {
  const stopping = new EarlyStopping(earlyStopping({ monitor: "loss", ...options }));
  const improved: number[] = [];
  for (const [epoch, value] of values.entries()) {
    const log = { epoch, loss: value, accuracy: value, valAccuracy: value } as unknown as EpochLog;
    const verdict = stopping.look(log);
    if (verdict.improved) improved.push(epoch);
    if (verdict.stop) return { improved, stopped: epoch, best: stopping.bestEpoch };
  }
  return { improved, stopped: undefined, best: stopping.bestEpoch };
}

// What Keras' EarlyStopping does with the same numbers, by its code: `wait` grows with every epoch that is not better.
test("patience counts the epochs without improvement, and starts again after one", () => {
  const values = [5, 4, 4.5, 4.4, 3, 3, 3.1, 3.2, 1];
  assert.equal(follow({ patience: 3 }, values), { improved: [0, 1, 4], stopped: 7, best: 4 });
  assert.equal(follow({ patience: 2 }, values), { improved: [0, 1], stopped: 3, best: 1 });
  assert.equal(follow({ patience: 1 }, values), { improved: [0, 1], stopped: 2, best: 1 });
  assert.equal(follow({ patience: 0 }, values), { improved: [0, 1], stopped: 2, best: 1 });
  assert.equal(follow({ patience: 4 }, values), { improved: [0, 1, 4, 8], stopped: undefined, best: 8 });
});

test("an equal value is no improvement, nor one by minDelta exactly", () => {
  assert.equal(follow({ patience: 2 }, [1, 1, 1]), { improved: [0], stopped: 2, best: 0 });
  assert.equal(follow({ patience: 2, minDelta: 0.5 }, [3, 2.5, 2.75, 1]), { improved: [0], stopped: 2, best: 0 });
  // Small steps add up: each is compared with the best, not with the one before.
  assert.equal(follow({ patience: 3, minDelta: 0.5 }, [3, 2.75, 2.25]), {
    improved: [0, 2],
    stopped: undefined,
    best: 2,
  });
});

test("mode: accuracies go up, all else goes down, unless told", () => {
  const rising = [0.1, 0.2, 0.3];
  const up = { improved: [0, 1, 2], stopped: undefined, best: 2 };
  const down = { improved: [0], stopped: 1, best: 0 };
  assert.equal(follow({ monitor: "accuracy", patience: 1 }, rising), up);
  assert.equal(follow({ monitor: "valAccuracy", patience: 1 }, rising), up);
  assert.equal(follow({ patience: 1 }, rising), down);
  assert.equal(follow({ patience: 1, mode: "max" }, rising), up);
  assert.equal(follow({ monitor: "accuracy", patience: 1, mode: "min" }, rising), down);
  assert.equal(follow({ patience: 2, mode: "max", minDelta: 0.5 }, [1, 1.5, 1.75, 2]), {
    improved: [0, 2],
    stopped: undefined,
    best: 2,
  });
});

test("mode of every metric, alone and of validation", () => {
  const higher = ["sparseCategoricalAccuracy", "categoricalAccuracy", "binaryAccuracy", "topKCategoricalAccuracy"];
  higher.push("sparseTopKCategoricalAccuracy", "precision", "recall", "f1", "auc", "rSquared", "accuracy");
  const lower = [
    "meanSquaredError",
    "meanAbsoluteError",
    "rootMeanSquaredError",
    "loss",
    "dataLoss",
    "penalty",
    "value",
  ];
  assert.equal(new Set([...Object.keys(metrics), ...higher, ...lower]).size, higher.length + lower.length);
  for (const [names, mode] of [
    [higher, "max"],
    [lower, "min"],
  ] as const) {
    for (const name of names) {
      assert.is(earlyStopping({ monitor: name }).mode, mode, name);
      assert.is(earlyStopping({ monitor: `val${name[0]!.toUpperCase()}${name.slice(1)}` }).mode, mode, name);
    }
  }
});

test("what is not a number is no improvement", () => {
  assert.equal(follow({ patience: 2 }, [Number.NaN, 2, Number.NaN, Number.NaN]), {
    improved: [1],
    stopped: 3,
    best: 1,
  });
  assert.equal(follow({ patience: 2 }, [Number.NaN, Number.NaN]), { improved: [], stopped: 1, best: -1 });
});

test("defaults", () => {
  assert.equal(earlyStopping(), {
    type: "earlyStopping",
    monitor: "valLoss",
    minDelta: 0,
    patience: 0,
    mode: "min",
    restoreBestWeights: true,
    baseline: null,
    startFromEpoch: 0,
  });
  assert.is(earlyStopping({ monitor: "valAccuracy" }).mode, "max");
});

test("epochs before startFromEpoch, and those without a value, are not looked at", () => {
  const values = [1, 2, 3, 2.5, 2.6, 2.7];
  assert.equal(follow({ patience: 2, startFromEpoch: 2 }, values), { improved: [2, 3], stopped: 5, best: 3 });
  const stopping = new EarlyStopping(earlyStopping({ monitor: "valLoss", patience: 1 }));
  for (let epoch = 0; epoch < 5; epoch++) {
    assert.equal(stopping.look({ epoch, loss: 1 } as EpochLog), { improved: false, stop: false });
  }
});

// Keras: patience starts again only if the baseline is beaten, too.
test("a baseline must be beaten within patience", () => {
  assert.equal(follow({ patience: 2, baseline: 1 }, [5, 4, 3, 3]), { improved: [0, 1, 2], stopped: 3, best: 2 });
  assert.equal(follow({ patience: 2, baseline: 4.5 }, [5, 4, 3, 3, 3]), { improved: [0, 1, 2], stopped: 4, best: 2 });
});

test.run();
