import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, flatten, input, sequential, timeSeriesWindows } from "../../src/index.js";

const test = suite("windows of a series");

test("one feature: each window and the step behind it", () => {
  const { x, y } = timeSeriesWindows([1, 2, 3, 4, 5], { length: 2 });
  assert.equal(x, { data: Float32Array.of(1, 2, 2, 3, 3, 4), shape: [3, 2, 1] });
  assert.equal(y, { data: Float32Array.of(3, 4, 5), shape: [3, 1] });
});

test("horizon, stride and what does not fill a window", () => {
  const series = Int32Array.from({ length: 12 }, (_, i) => i);
  const { x, y } = timeSeriesWindows(series, { length: 3, horizon: 2, stride: 3 });
  assert.equal(x, { data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), shape: [3, 3, 1] });
  assert.equal(y, { data: Float32Array.of(3, 4, 6, 7, 9, 10), shape: [3, 2] });
  assert.equal(timeSeriesWindows(series, { length: 11 }).y.data, Float32Array.of(11));
});

test("several features, and those to foretell", () => {
  const series = [0, 1, 2, 3, 4].map((step) => [step, 10 + step, 20 + step]);
  const all = timeSeriesWindows(series, { length: 2, stride: 2 });
  assert.equal(all.x, { data: Float32Array.of(0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23), shape: [2, 2, 3] });
  assert.equal(all.y, { data: Float32Array.of(2, 12, 22, 4, 14, 24), shape: [2, 3] });
  const shaped = { data: Float32Array.from(series.flat()), shape: [5, 3] };
  const one = timeSeriesWindows(shaped, { length: 3, target: 1 });
  assert.equal(one.y, { data: Float32Array.of(13, 14), shape: [2, 1] });
  const two = timeSeriesWindows(shaped, { length: 2, horizon: 2, target: [2, 0] });
  assert.equal(two.y, { data: Float32Array.of(22, 2, 23, 3, 23, 3, 24, 4), shape: [2, 4] });
});

test("a model takes them as they are", async () => {
  const { x, y } = timeSeriesWindows([1, 2, 3, 4, 5, 6], { length: 2, horizon: 2 });
  await using model = sequential([input({ shape: [2, 1] }), flatten(), dense({ units: 2 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  assert.is((await model.fit(x, y)).steps, 1);
});

test.run();
