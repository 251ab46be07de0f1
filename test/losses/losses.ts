// The tests that every loss has: both kernels through the oracle, with garbage in the padding, and what they promise for
// values that are not finite.
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { type Build, kernelBuilds } from "../kernelbuilds.js";
import { type KernelName, numericGradient, oracle, SIZES, stride } from "../oracle.js";

export interface Loss {
  /** The kernels are `<name>_forward` and `<name>_backward`. */
  name: string;
  /** Values of the extra scalar of forward and backward (delta, smoothing); none where the loss has no such scalar. */
  parameters?: readonly number[];
  /** The extra scalar comes behind `scale` in backward. */
  parameterAfterScale?: boolean;
  /** Scalars behind that one. */
  further?: readonly number[];
  /** How far predictions reach; default 2. */
  reach?: number;
  /** Predictions that the loss has a value for; default any. */
  pred?(value: number): number;
  /** One target value from a value in [-1, 1); labels (one i32 a row) where it is missing. */
  target?(random: number): number;
  /** One row's loss in float64, from its logical values; a label is a target of one value. */
  row(pred: Float64Array, target: Float64Array, parameter: number): number;
}

interface Case {
  B: number;
  width: number;
  parameter: number;
  scale: number;
}

const GARBAGE = [3e38, -3e38, 7, -1e30, 0.5];

/** rows x width values with garbage behind each row, another one for another `shift`. */
export function dirtyMatrix(rows: number, width: number, value: () => number, shift = 0): Float32Array {
  return Float32Array.from({ length: rows * stride(width) }, (_, i) =>
    i % stride(width) < width ? value() : GARBAGE[(i + shift) % GARBAGE.length]!,
  );
}

export function lossTests(test: Test, loss: Loss): void {
  const parameters = loss.parameters ?? [0];
  const allowed = loss.pred ?? ((value: number) => value);
  const title = [loss.name, ...(loss.further ?? [])].join(" ");
  const cases: Case[] = SIZES.flatMap((B) =>
    SIZES.flatMap((width) => parameters.map((parameter) => ({ B, width, parameter, scale: 1 / B }))),
  );
  const targets = ({ B, width }: Case, random: () => number) =>
    loss.target
      ? dirtyMatrix(B, width, () => loss.target!(random()), 1)
      : Int32Array.from({ length: B }, () => Math.floor(((random() + 1) / 2) * width));
  const rowOf = (values: Float64Array, row: number, { width }: Case) =>
    values.slice(row * stride(width), row * stride(width) + width);
  const targetOf = (values: Float64Array, row: number, c: Case) =>
    loss.target ? rowOf(values, row, c) : values.slice(row, row + 1);
  const scalars = ({ parameter, scale }: Case, backward: boolean) => {
    const own = loss.parameters ? [parameter, ...(loss.further ?? [])] : [];
    if (!backward) return own;
    return loss.parameterAfterScale ? [scale, ...own] : [...own, scale];
  };
  const strides = ({ width }: Case) => (loss.target ? [stride(width), stride(width)] : [stride(width)]);
  const rows = (c: Case, pred: Float64Array, target: Float64Array) =>
    Float64Array.from({ length: c.B }, (_, row) =>
      loss.row(rowOf(pred, row, c), targetOf(target, row, c), Math.fround(c.parameter)),
    );

  for (const backward of [false, true]) {
    oracle<Case>(test, {
      kernel: `${loss.name}_${backward ? "backward" : "forward"}` as KernelName,
      cases,
      tensors: (c, random) => ({
        loss: { data: new Float32Array(c.B), write: true },
        ...(backward ? { dpred: { data: new Float32Array(c.B * stride(c.width)), write: true } } : {}),
        pred: { data: dirtyMatrix(c.B, c.width, () => allowed(random() * (loss.reach ?? 2))) },
        target: { data: targets(c, random) },
      }),
      args: (c, p) => [
        p("loss"),
        ...(backward ? [p("dpred")] : []),
        p("pred"),
        p("target"),
        ...scalars(c, backward),
        c.width,
        ...strides(c),
      ],
      extent: ({ B }) => B,
      expected: (c, { pred, target }) => {
        const want = { loss: rows(c, pred!, target!) };
        if (!backward) return want;
        const dpred = new Float64Array(c.B * stride(c.width));
        for (let row = 0; row < c.B; row++) {
          const fixed = targetOf(target!, row, c);
          const f = (x: Float64Array) => c.scale * loss.row(x, fixed, Math.fround(c.parameter));
          dpred.set(numericGradient(f, rowOf(pred!, row, c)), row * stride(c.width));
        }
        return { ...want, dpred };
      },
    });
  }

  for (const build of kernelBuilds()) {
    test(`${title}: padding of the gradient is exactly zero, forward gives the loss of backward (${build.name})`, () => {
      for (const width of SIZES) {
        const pred = Array.from({ length: width }, (_, i) => allowed(Math.sin(i)));
        for (const bad of [0, Number.NaN]) {
          pred[0] = bad;
          const { dpred, forward, backward } = lossOnce(build, loss, [pred], width);
          assert.ok(Object.is(forward[0], backward[0]));
          for (const x of dpred.slice(width)) assert.ok(Object.is(x, 0), `${x}`);
        }
      }
    });

    test(`${title}: a prediction that is not a number spoils its own row and no other (${build.name})`, () => {
      for (const width of SIZES)
        for (let i = 0; i < width; i++) {
          const good = Array.from({ length: width }, (_, i) => allowed(Math.cos(i)));
          const pred = good.with(i, Number.NaN);
          const { dpred, forward } = lossOnce(build, loss, [good, pred, good], width);
          assert.equal([...forward].map(Number.isNaN), [false, true, false]);
          const at = stride(width);
          assert.ok(Number.isNaN(dpred[at + i]!));
          assert.ok(dpred.slice(0, at).every(Number.isFinite) && dpred.slice(2 * at).every(Number.isFinite));
        }
    });
  }
}

/** Both kernels on rows of predictions, with garbage in the padding and a target of 0.25 or label 0 unless given. */
export function lossOnce(
  build: Build,
  loss: Loss,
  preds: readonly (readonly number[])[],
  width: number,
  target: readonly number[] = loss.target ? Array(width).fill(0.25) : [0],
  parameter = loss.parameters?.[0] ?? 0,
  scale = 1,
) {
  const B = preds.length;
  const size = B * stride(width);
  const floats = (at: number, length: number) => new Float32Array(build.memory.buffer, build.base + at * 4, length);
  const place = { pred: 0, target: size, dpred: 2 * size, forward: 3 * size, backward: 3 * size + 32 };
  const pointer = (name: keyof typeof place) => build.base + place[name] * 4;
  preds.forEach((pred, row) => {
    floats(place.pred, size).set(
      dirtyMatrix(1, width, () => 0),
      row * stride(width),
    );
    floats(place.pred, size).set(pred, row * stride(width));
    if (loss.target) {
      floats(place.target, size).set(
        dirtyMatrix(1, width, () => 0, 1),
        row * stride(width),
      );
      floats(place.target, size).set(target, row * stride(width));
    } else new Int32Array(build.memory.buffer, pointer("target"), B)[row] = target[0]!;
  });
  floats(place.dpred, size).fill(Number.NaN);
  const own = loss.parameters ? [parameter, ...(loss.further ?? [])] : [];
  const sizes = [width, stride(width), ...(loss.target ? [stride(width)] : []), 0, B];
  const kernels = build.kernels as unknown as Record<string, (...args: number[]) => void>;
  kernels[`${loss.name}_forward`]!(pointer("forward"), pointer("pred"), pointer("target"), ...own, ...sizes);
  const scalars = loss.parameterAfterScale ? [scale, ...own] : [...own, scale];
  const tensors = [pointer("backward"), pointer("dpred"), pointer("pred"), pointer("target")];
  kernels[`${loss.name}_backward`]!(...tensors, ...scalars, ...sizes);
  return {
    dpred: floats(place.dpred, size).slice(),
    forward: floats(place.forward, B).slice(),
    backward: floats(place.backward, B).slice(),
  };
}

/** `got` is `want` within 1e-5 of its size. */
export function near(got: number | undefined, want: number, what = ""): void {
  assert.ok(Math.abs(got! - want) <= 1e-5 * Math.max(1, Math.abs(want)), `${what} is ${got}, want ${want}`);
}

/** -log softmax(x)[c] in float64. */
export function surprise(x: Float64Array): Float64Array {
  const largest = x.reduce((a, b) => Math.max(a, b));
  const logSum = Math.log(x.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return x.map((value) => logSum - (value - largest));
}
