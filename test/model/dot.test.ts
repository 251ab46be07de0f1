import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  cropping1d,
  dense,
  dot,
  flatten,
  functional,
  input,
  lstm,
  type Model,
  masking,
  reshape,
  sgd,
} from "../../src/index.js";
import type { DotConfig } from "../../src/layers/dot.js";
import { bitsOf } from "../fingerprints.js";
import { close, NUMERICS } from "../golden.js";
import { generator, numericGradient } from "../oracle.js";

const test = suite("dot");

const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
const random = (count: number, seed: number) => {
  const next = generator(seed);
  return Float32Array.from({ length: count }, next);
};

/** A vector of both inputs' values, cut in two and given their shapes. */
function model(config: DotConfig, first: number[], second: number[]): Model {
  const [one, two] = [sizeOf(first), sizeOf(second)];
  const inputs = input({ shape: [one + two] });
  const column = reshape({ targetShape: [-1, 1] }).apply(inputs);
  const part = (cropping: [number, number], targetShape: number[]) =>
    reshape({ targetShape }).apply(cropping1d({ cropping }).apply(column));
  return functional({ inputs, outputs: dot(config).apply([part([0, two], first), part([one, 0], second)]) });
}

/** An input as vectors along its axis: [which vector][k]. */
function vectors(x: ArrayLike<number>, shape: number[], axis: number, normalize = false): number[][] {
  const place = axis < 0 ? shape.length + axis : axis - 1;
  const inner = sizeOf(shape.slice(place + 1));
  const extent = shape[place]!;
  return Array.from({ length: sizeOf(shape) / extent }, (_, row) => {
    const start = Math.floor(row / inner) * extent * inner + (row % inner);
    const vector = Array.from({ length: extent }, (_, k) => x[start + k * inner]!);
    const length = normalize ? Math.max(1e-6, Math.hypot(...vector)) : 1;
    return vector.map((value) => value / length);
  });
}

function reference(config: DotConfig, x: ArrayLike<number>, first: number[], second: number[]): number[] {
  const axes = typeof config.axes === "number" ? [config.axes, config.axes] : config.axes;
  const values = Array.from(x);
  const left = vectors(values.slice(0, sizeOf(first)), first, axes[0]!, config.normalize);
  const right = vectors(values.slice(sizeOf(first)), second, axes[1]!, config.normalize);
  return left.flatMap((a) => right.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)));
}

const cases: [config: DotConfig, first: number[], second: number[], out: number[]][] = [
  [{ axes: 1 }, [5], [5], [1]],
  [{ axes: -1, normalize: true }, [9], [9], [1]],
  [{ axes: 2 }, [3, 5], [9, 5], [3, 9]],
  [{ axes: [2, 1] }, [3, 4], [4, 2], [3, 2]],
  [{ axes: [1, -1], normalize: true }, [7, 3], [2, 7], [3, 2]],
  [{ axes: [1, 2] }, [6], [5, 6, 2], [5, 2]],
  [{ axes: [2, 1] }, [4, 17, 3], [17], [4, 3]],
  [{ axes: [3, 2], normalize: true }, [2, 3, 8], [4, 8, 3], [2, 3, 4, 3]],
  [{ axes: [1, 2] }, [3], [1, 3], [1]],
  [{ axes: [2, 1] }, [1, 1], [1, 1], [1, 1]],
];

for (const numerics of NUMERICS) {
  for (const [config, first, second, out] of cases) {
    test(`${JSON.stringify(config)} of ${first} and ${second} (${numerics})`, async () => {
      const [rows, width] = [3, sizeOf(first) + sizeOf(second)];
      const [x, dout] = [random(rows * width, 1), random(rows * sizeOf(out), 2)];
      await using made = model(config, first, second);
      made.compile({ optimizer: "sgd", numerics, workers: 2 });
      const { data, shape } = await made.predict(x);
      assert.equal(shape, [rows, ...out]);
      const gradient = await made.backward(x, { shape, data: dout });
      for (let row = 0; row < rows; row++) {
        const mine = Float64Array.from(x.subarray(row * width, (row + 1) * width));
        const slope = dout.subarray(row * sizeOf(out), (row + 1) * sizeOf(out));
        const sum = (at: ArrayLike<number>) =>
          reference(config, at, first, second).reduce((total, value, i) => total + value * slope[i]!, 0);
        close(
          data.subarray(row * sizeOf(out), (row + 1) * sizeOf(out)),
          reference(config, mine, first, second),
          1e-5,
          "out",
        );
        close(
          gradient.input.data.subarray(row * width, (row + 1) * width),
          numericGradient(sum, mine),
          1e-5,
          "gradient",
        );
      }
    });
  }
}

test("of one value with itself, and of zeros: gradients of both sides, and none that is no number", async () => {
  const inputs = input({ shape: [2, 3] });
  for (const normalize of [false, true]) {
    await using made = functional({ inputs, outputs: dot({ axes: 2, normalize }).apply([inputs, inputs]) });
    made.compile({ optimizer: "sgd", numerics: "strict" });
    const x = Float32Array.of(0, 0, 0, 3, 0, 4);
    const { data } = await made.predict(x);
    close(data, [0, 0, 0, normalize ? 1 : 25], 1e-6, "out");
    const { input: gradient } = await made.backward(x, { shape: [1, 2, 2], data: [1, 0, 0, 1] });
    close(gradient.data, normalize ? [0, 0, 0, 0, 0, 0] : [0, 0, 0, 6, 0, 8], 1e-6, "gradient");
  }
});

test("a mask of steps ends with them", async () => {
  const outputs = await Promise.all(
    [true, false].map(async (masked) => {
      const inputs = input({ shape: [4, 4] });
      const steps = masked ? masking().apply(inputs) : inputs;
      const sums = dot({ axes: 1 }).apply([steps, steps]);
      await using made = functional({ inputs, outputs: lstm({ units: 2 }).apply(sums) });
      made.compile({ optimizer: "sgd", numerics: "strict", seed: 1 });
      return (await made.predict(random(16, 1).fill(0, 8))).data;
    }),
  );
  assert.equal(outputs[0], outputs[1]);
});

test("the same bits for 1 to 4 workers, from JSON, with one side frozen", async () => {
  const [x, y] = [random(23 * 12, 3), random(23, 4)];
  const bits: string[] = [];
  for (const workers of [1, 2, 3, 4]) {
    const inputs = input({ shape: [12] });
    const steps = reshape({ targetShape: [4, 3] }).apply(inputs);
    const left = lstm({ units: 5, returnSequences: true }).apply(steps);
    const right = dense({ units: 5, activation: "tanh", trainable: false }).apply(steps);
    const scores = dot({ axes: 2, normalize: true }).apply([left, right]);
    const attended = dot({ axes: [2, 1] }).apply([scores, right]);
    const made = functional({ inputs, outputs: dense({ units: 1 }).apply(flatten().apply(attended)) });
    await using same = workers === 3 ? functional(JSON.parse(JSON.stringify(made))) : made;
    same.compile({
      optimizer: sgd({ learningRate: 0.1 }),
      loss: "meanSquaredError",
      numerics: "strict",
      seed: 2,
      workers,
    });
    const { epochs } = await same.fit(x, y, { epochs: 5, batchSize: 6 });
    assert.ok(epochs.at(-1)!.loss < epochs[0]!.loss);
    bits.push(await bitsOf(same));
    assert.match(same.summary(), /^dot_0 +\(B, 4, 4\) +0 +80 /m);
  }
  for (const each of bits) assert.equal(each, bits[0]);
});

test.run();
