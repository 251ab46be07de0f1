import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { oracle } from "../oracle.js";

const test = suite("adaptive decay");
/** Doubles as the words that the harness compares. */
const words = (...values: number[]) => new Int32Array(Float64Array.from(values).buffer);

// Ratios and shares of few bits: their float64 results are exact.
oracle(test, {
  kernel: "adaptive_decay",
  cases: [
    { gradients: 9, weights: 4, factor: 2, momentum: 0.5 },
    { gradients: 9, weights: 4, factor: 2, momentum: 0 },
    { gradients: 0, weights: 4, factor: 2, momentum: 0.25 },
    { gradients: 25, weights: 0, factor: 2, momentum: 0.25 },
  ],
  tensors: ({ gradients, weights }) => ({
    decay: { data: new Float32Array(1), write: true },
    average: { data: words(0.75) },
    squares: { data: words(gradients, weights) },
    rate: { data: Float32Array.of(0.125) },
  }),
  args: ({ factor, momentum }, p) => [p("decay"), p("average"), p("squares"), p("rate"), factor, momentum],
  extent: () => 1,
  expected: ({ gradients, weights, factor, momentum }) => {
    const strength = weights ? factor * Math.sqrt(gradients / weights) : 0;
    const mean = 0.75 * momentum + (1 - momentum) * strength;
    return { average: words(mean), decay: [0.125 * mean] };
  },
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  const doubles = new Float64Array(memory.buffer, base, 3);
  const floats = new Float32Array(memory.buffer, base + 24, 3);
  const run = (from: number, to: number, factor = 0.01, momentum = 0.1) =>
    kernels.adaptive_decay(base + 28, base, base + 8, base + 24, factor, momentum, from, to);

  test(`a moving average of the ratio of norms, times the rate (${name})`, () => {
    let want = 0;
    doubles[0] = 0;
    floats.set([0.25, 7, 9]);
    for (const [gradients, weights] of [
      [4, 9],
      [1e-12, 2],
      [3e5, 1e-3],
      [0, 5],
    ] as const) {
      doubles.set([gradients, weights], 1);
      for (const [factor, momentum] of [
        [0.01, 0.1],
        [2, 0],
        [0.5, 0.9],
      ] as const) {
        run(0, 1, factor, momentum);
        want = momentum * want + (1 - momentum) * factor * Math.sqrt(gradients / weights);
        assert.ok(Math.abs(doubles[0]! - want) <= 1e-14 * want, `${doubles[0]}, want ${want}`);
        assert.is(floats[1], Math.fround(0.25 * doubles[0]!));
        assert.equal([...doubles.subarray(1), floats[0], floats[2]], [gradients, weights, 0.25, 9]);
      }
    }
  });

  test(`no weights, no decay; nothing outside its range (${name})`, () => {
    doubles.set([0.5, 4, 0]);
    floats.set([1, 7, 9]);
    run(0, 0);
    assert.equal([doubles[0], floats[1]], [0.5, 7]);
    run(0, 1, 0.01, 0.5);
    assert.equal([doubles[0], floats[1]], [0.25, 0.25]);
    doubles.set([0.5, Number.NaN, 1]);
    run(0, 1);
    assert.ok(Number.isNaN(doubles[0]!) && Number.isNaN(floats[1]!));
  });
}

test.run();
