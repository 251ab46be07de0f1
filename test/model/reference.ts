// A dense net in float64, written as in a textbook: what the tests of the public API compare with.
import * as assert from "uvu/assert";
import type { NamedTensor } from "../../src/index.js";
import { generator } from "../oracle.js";

export type Rows = number[][];

/** rows x width numbers in [-1, 1), the same for the same seed, each a float32. */
export function rowsOf(rows: number, width: number, seed = 1): Rows {
  const next = generator(seed);
  return Array.from({ length: rows }, () => Array.from({ length: width }, () => Math.fround(next())));
}

/** Labels 0, 1, ..., classes - 1 in turn, by no order of their own. */
export function labelsOf(rows: number, classes: number, seed = 1): number[] {
  const next = generator(seed + 100);
  return Array.from({ length: rows }, () => Math.floor(((next() + 1) / 2) * classes));
}

/** `x · kernel + bias` for weights as getWeights gives them. */
export function dense(x: Rows, kernel: NamedTensor, bias?: NamedTensor): Rows {
  const [inputs, units] = kernel.shape as [number, number];
  return x.map((row) =>
    Array.from({ length: units }, (_, u) => {
      let sum = bias?.data[u] ?? 0;
      for (let i = 0; i < inputs; i++) sum += row[i]! * kernel.data[i * units + u]!;
      return sum;
    }),
  );
}

export const each = (x: Rows, f: (value: number) => number): Rows => x.map((row) => row.map(f));
export const relu = (x: Rows) => each(x, (v) => Math.max(0, v));
export const sigmoid = (x: Rows) => each(x, (v) => 1 / (1 + Math.exp(-v)));
export const softmax = (x: Rows): Rows =>
  x.map((row) => {
    const powers = row.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  });

export const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
/** Row losses. */
export const crossentropy = (p: Rows, labels: number[]) => p.map((row, r) => -Math.log(row[labels[r]!]!));
export const squares = (p: Rows, y: Rows) => p.map((row, r) => mean(row.map((v, c) => (v - y[r]![c]!) ** 2)));
export const argmax = (row: readonly number[]) => row.indexOf(Math.max(...row));

export const l1 = ({ data }: NamedTensor) => data.reduce((sum, w) => sum + Math.abs(w), 0);
export const l2 = ({ data }: NamedTensor) => data.reduce((sum, w) => sum + w * w, 0);

/** |got - want| <= tolerance * max(1, |want|), value by value. */
export function close(got: ArrayLike<number>, want: ArrayLike<number>, tolerance = 2e-6, what = ""): void {
  assert.is(got.length, want.length, what);
  for (let i = 0; i < want.length; i++) {
    const far = !(Math.abs(got[i]! - want[i]!) <= tolerance * Math.max(1, Math.abs(want[i]!)));
    assert.not(far, `${what} [${i}]: got ${got[i]}, want ${want[i]}`);
  }
}
