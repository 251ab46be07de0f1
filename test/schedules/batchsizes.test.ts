import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exponentialBatchSize, plateauBatchSize, randomBatchSize } from "../../src/index.js";
import { type BatchSizeSpec, batchSizeAt, observeGrowth, startGrowth } from "../../src/schedules/batchsizes.js";

const test = suite("batch-size schedules");

const growth = startGrowth();
const at = (spec: BatchSizeSpec, epoch: number, seed = 1) => batchSizeAt(spec, { epoch, seed, growth });

test("exponential growth up to the maximum", () => {
  const sizes = (spec: BatchSizeSpec, ...epochs: number[]) => epochs.map((epoch) => at(spec, epoch));
  assert.equal(
    sizes(exponentialBatchSize({ initial: 8, maximum: 100 }), 0, 1, 3, 4, 5, 1e6),
    [8, 16, 64, 100, 100, 100],
  );
  const slow = exponentialBatchSize({ initial: 10, factor: 1.5, every: 3, maximum: 1000 });
  assert.equal(sizes(slow, 0, 2, 3, 5, 6, 9), [10, 10, 15, 15, 23, 34]);
});

test("random sizes: every one comes, as often as others; the same for the same seed and epoch", () => {
  const spec = randomBatchSize({ minimum: 3, maximum: 6 });
  const counts = new Map<number, number>();
  for (let epoch = 0; epoch < 4000; epoch++) counts.set(at(spec, epoch), (counts.get(at(spec, epoch)) ?? 0) + 1);
  assert.equal([...counts.keys()].sort(), [3, 4, 5, 6]);
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, `${count}`);
  const draw = (seed: number) => Array.from({ length: 20 }, (_, epoch) => at(spec, epoch, seed));
  assert.equal(draw(1), draw(1));
  assert.not.equal(draw(1), draw(2));
  assert.is(at(randomBatchSize({ minimum: 7, maximum: 7 }), 3), 7);
});

test("growth on a plateau, by the rules of reduceOnPlateau", () => {
  const spec = plateauBatchSize({ initial: 10, factor: 1.5, patience: 1, minDelta: 0.1, monitor: "loss", maximum: 30 });
  let state = growth;
  const sizes = [5, 4, 3.95, 3.93, 3.92, 3.91, 3, 3, 3, 3, 3, 3].map((loss) => {
    state = observeGrowth(spec, state, { loss });
    return batchSizeAt(spec, { epoch: 0, seed: 1, growth: state });
  });
  // 4 is the best until 3 comes; two epochs that are not better by 0.1 are one too many.
  assert.equal(sizes, [10, 10, 10, 15, 15, 23, 23, 23, 30, 30, 30, 30]);
  assert.is(observeGrowth(spec, state, { valLoss: 1 }), state, "an epoch without a value does not count");
});

test("defaults, and the direction by the monitor", () => {
  const maximum = 64;
  assert.equal(exponentialBatchSize({ initial: 4, maximum }), {
    ...{ type: "exponentialBatchSize", initial: 4, factor: 2, every: 1, maximum },
  });
  assert.equal(randomBatchSize({ maximum }), { type: "randomBatchSize", minimum: 1, maximum });
  const rest = { factor: 2, patience: 10, minDelta: 0.0001, maximum };
  assert.equal(plateauBatchSize({ initial: 4, maximum }), {
    ...{ type: "plateauBatchSize", initial: 4, monitor: "valLoss", mode: "min" },
    ...rest,
  });
  assert.is(plateauBatchSize({ initial: 4, maximum, monitor: "valAccuracy" }).mode, "max");
  assert.is(plateauBatchSize({ initial: 4, maximum, monitor: "valAccuracy", mode: "min" }).mode, "min");
});

test.run();
