import { suite } from "uvu";
import { matrix, oracle, stride, type TensorCase } from "../oracle.js";
import { dirtyMatrix } from "./losses.js";

const test = suite("steps of a row");

const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 27];
const cases = [1, 3, 7].flatMap((steps) => WIDTHS.map((width) => ({ B: 5, steps, width })));
type Case = (typeof cases)[number];
const times = ({ B, steps }: Case) => B * steps;

/** values[b][t][c] as a batch of rows, and as a batch of steps; zero in padding. */
const asRows = (c: Case, value: (step: number, column: number) => number) =>
  matrix(c.B, c.steps * c.width, (b, i) => value(b * c.steps + Math.floor(i / c.width), i % c.width));
const asSteps = (c: Case, value: (step: number, column: number) => number) => matrix(times(c), c.width, value);
const inRows =
  ({ steps, width }: Case, data: Float64Array) =>
  (step: number, column: number) =>
    data[Math.floor(step / steps) * stride(steps * width) + (step % steps) * width + column]!;

oracle(test, {
  kernel: "split_steps",
  cases,
  tensors: (c, random) => ({
    inp: { data: dirtyMatrix(c.B, c.steps * c.width, random) },
    out: { data: new Float32Array(times(c) * stride(c.width)), write: true },
  }),
  args: ({ steps, width }, p) => [p("out"), p("inp"), steps, width, stride(width), stride(steps * width)],
  extent: ({ B }) => B,
  expected: (c, { inp }) => ({ out: asSteps(c, inRows(c, inp!)) }),
  tolerance: 0,
});

/** Shares of steps, some of them 0; steps that do not count hold what is not a number. */
const SHARES = [0.5, 0, 0.25, 1, 0];
const shareOf = (step: number) => SHARES[step % SHARES.length]!;

for (const weighed of [false, true]) {
  const share = (step: number) => (weighed ? shareOf(step) : 1);
  const shares = (c: Case): Record<string, TensorCase> => {
    return weighed ? { share: { data: Float32Array.from({ length: times(c) }, (_, i) => share(i)) } } : {};
  };
  const value = (step: number, random: () => number) => (share(step) === 0 ? Number.NaN : random());

  oracle(test, {
    kernel: "join_steps",
    cases,
    tensors: (c, random) => ({
      inp: {
        data: dirtyMatrix(times(c), c.width, random).map((x, i) =>
          share(Math.floor(i / stride(c.width))) ? x : Number.NaN,
        ),
      },
      ...shares(c),
      out: { data: new Float32Array(c.B * stride(c.steps * c.width)), write: true },
    }),
    args: ({ steps, width }, p) => {
      const weight = weighed ? p("share") : 0;
      return [p("out"), p("inp"), weight, steps, width, stride(steps * width), stride(width)];
    },
    extent: ({ B }) => B,
    expected: (c, { inp }) => {
      const product = (step: number, column: number) => share(step) * inp![step * stride(c.width) + column]!;
      return { out: asRows(c, (step, column) => (share(step) ? product(step, column) : 0)) };
    },
    tolerance: 0,
  });

  oracle(test, {
    kernel: "mean_steps",
    cases: cases.filter(({ width }) => width === 1),
    tensors: (c, random) => ({
      inp: { data: Float32Array.from({ length: times(c) }, (_, step) => value(step, random)) },
      ...shares(c),
      out: { data: new Float32Array(c.B), write: true },
    }),
    args: ({ steps }, p) => [p("out"), p("inp"), weighed ? p("share") : 0, steps],
    extent: ({ B }) => B,
    expected: ({ B, steps }, { inp }) => ({
      out: Array.from({ length: B }, (_, b) => {
        const parts = Array.from({ length: steps }, (_, t) => b * steps + t).filter((step) => share(step) !== 0);
        const sum = parts.reduce((sum, step) => sum + share(step) * inp![step]!, 0);
        return weighed ? sum : sum / steps;
      }),
    }),
    tolerance: 1e-7,
  });
}

oracle(test, {
  kernel: "share_steps",
  cases: cases.filter(({ width }) => width === 1),
  tensors: (c, random) => ({
    // The second row has no step that counts.
    mask: { data: matrix(c.B, c.steps, (b) => (b !== 1 && random() < 0.3 ? 1 : 0)) },
    share: { data: new Float32Array(times(c)), write: true },
  }),
  args: ({ steps }, p) => [p("share"), p("mask"), steps, stride(steps)],
  extent: ({ B }) => B,
  expected: (c, { mask }) => ({
    share: Array.from({ length: times(c) }, (_, step) => {
      const row = mask!.slice(Math.floor(step / c.steps) * stride(c.steps)).slice(0, c.steps);
      const count = row.reduce((sum, one) => sum + one, 0);
      return count ? row[step % c.steps]! / count : 0;
    }),
  }),
  tolerance: 1e-7,
});

test.run();
