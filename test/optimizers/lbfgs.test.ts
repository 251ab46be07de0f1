import { suite } from "uvu";
import { oracle } from "../oracle.js";

const test = suite("lbfgs");
/** Doubles as the words that the harness compares. */
const words = (values: readonly number[]) => new Int32Array(Float64Array.from(values).buffer);
/** Whole numbers from -3 to 3: sums and products of them are exact. */
const small = (random: () => number) => Math.round(3 * random());

interface Case {
  memory: number;
  held: number;
  spare: number;
  unit: number;
  units: number;
}
const cases: Case[] = [
  { memory: 1, held: 1, spare: 0, unit: 8, units: 1 },
  { memory: 3, held: 3, spare: 2, unit: 8, units: 3 },
  { memory: 2, held: 2, spare: 1, unit: 64, units: 2 },
];
const sumsOf = (memory: number) => 2 * (memory + 1) * (memory + 2) + 1;
/** The place of pair c of a ring, from old to new. */
const placeOf = ({ memory, spare }: Pick<Case, "memory" | "spare">, c: number) => (spare + 1 + c) % (memory + 1);
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

oracle(test, {
  kernel: "lbfgs_dots",
  cases,
  tensors: ({ memory, held, spare, unit, units }, random) => ({
    dots: { data: new Int32Array(2 * units * sumsOf(memory)) },
    slots: { data: Float32Array.from({ length: 2 * (memory + 1) * unit * units }, () => small(random)) },
    gradient: { data: Float32Array.from({ length: unit * units }, () => small(random)) },
    state: { data: words([5, held, spare]) },
  }),
  args: ({ memory, unit, units }, p) => [
    ...[p("dots"), p("slots"), p("gradient"), p("state")],
    ...[memory, 4 * unit * units, unit],
  ],
  extent: ({ units }) => units,
  expected(c, { slots, gradient }) {
    const { memory, spare, unit, units } = c;
    const [places, floats] = [memory + 1, unit * units];
    const after = Array.from(slots!);
    const newest = (places + spare) * floats;
    gradient!.forEach((g, i) => {
      after[newest + i] = g - after[newest + i]!;
    });
    const dots = Array.from({ length: units }, (_, u) => {
      const part = (slot: number) => after.slice(slot * floats + u * unit, slot * floats + (u + 1) * unit);
      const move = (pair: number) => part(placeOf(c, pair));
      const change = (pair: number) => part(places + placeOf(c, pair));
      const g = Array.from(gradient!.slice(u * unit, (u + 1) * unit));
      const pairs = Array.from({ length: places }, (_, pair) => pair);
      const table = (of: (pair: number) => number[]) =>
        pairs.flatMap((a) => pairs.map((b) => (a <= b ? dot(of(a), change(b)) : 0)));
      return [
        ...pairs.map((pair) => dot(move(pair), g)),
        ...pairs.map((pair) => dot(change(pair), g)),
        ...table(move),
        ...table(change),
        g.reduce((sum, value) => sum + Math.abs(value), 0),
      ];
    });
    return { slots: after, dots: words(dots.flat()) };
  },
  tolerance: 0,
});

oracle(test, {
  kernel: "lbfgs_add",
  cases: [0, 1].flatMap((more) => [1, 5].map((units) => ({ more, units, count: 7 }))),
  tensors: ({ units, count }, random) => ({
    total: { data: words(Array.from({ length: count }, (_, i) => i / 4)) },
    dots: { data: words(Array.from({ length: units * count }, () => small(random))) },
  }),
  args: ({ more, units, count }, p) => [p("total"), p("dots"), count, units, more],
  extent: () => 1,
  expected({ more, units, count }, { dots }) {
    const values = new Float64Array(Int32Array.from(dots!).buffer);
    const sum = (i: number) =>
      Array.from({ length: units }, (_, u) => values[u * count + i]!).reduce((a, b) => a + b, 0);
    return { total: words(Array.from({ length: count }, (_, i) => sum(i) + (more ? i / 4 : 0))) };
  },
  tolerance: 0,
});

// One pair s, y among nothing else, and products of few bits: exact in any order. By hand: H g = g where s = y.
const lone = (sy: number, yy: number, sg: number, yg: number) => {
  const alpha = sg / sy;
  const scale = sy / yy;
  return { change: -scale * alpha, gradient: scale, move: alpha - (scale * (yg - alpha * yy)) / sy };
};
interface Loop {
  state: [trained: number, held: number, spare: number];
  sy: number;
  size: number;
}
const loops: Loop[] = [
  { state: [0, 0, 0], sy: 4, size: 16 },
  { state: [0, 0, 0], sy: 4, size: 0.5 },
  { state: [8, 1, 1], sy: 4, size: 16 },
  { state: [7, 0, 0], sy: 4, size: 16 },
  { state: [7, 1, 1], sy: 4, size: 16 },
  { state: [7, 0, 1], sy: 1e-11, size: 16 },
  { state: [7, 1, 0], sy: -4, size: 16 },
];
oracle(test, {
  kernel: "lbfgs_coefficients",
  cases: loops,
  tensors: ({ state, sy, size }) => ({
    coefficients: { data: new Int32Array(10), write: true },
    state: { data: words(state) },
    // Old pair: s·g 2, y·g 8, s·y 2, y·y 16; new pair: s·g 4, y·g 1, s·y as given, y·y 8.
    total: { data: words([2, 4, 8, 1, 2, 0, 0, sy, 16, 0, 0, 8, size]) },
  }),
  args: (_, p) => [p("coefficients"), p("state"), p("total"), 1, 7],
  extent: () => 1,
  expected({ state: [trained, held, spare], sy, size }) {
    const fresh = trained !== 7;
    if (fresh) return { coefficients: words([0, 0, -0, -0, Math.min(1, 1 / size)]), state: words([7, 0, spare]) };
    const accepted = sy > 1e-10;
    if (!accepted && !held) return { coefficients: words([0, 0, -0, -0, 1]), state: words([7, 0, spare]) };
    const { move, change, gradient } = accepted ? lone(sy, 8, 4, 1) : lone(2, 16, 2, 8);
    const place = accepted ? spare : 1 - spare;
    const at = (value: number, other: number) => (place === 0 ? [value, other] : [other, value]);
    const next = accepted ? 1 - spare : spare;
    return {
      coefficients: words([...at(move, 0), ...at(change, -0), gradient]),
      state: words([7, 1, next]),
    };
  },
  tolerance: 0,
});

oracle(test, {
  kernel: "lbfgs_direction",
  cases,
  tensors: ({ memory, held, spare, unit, units }, random) => ({
    gradient: { data: Float32Array.from({ length: unit * units }, () => small(random)) },
    // A place that is not held may have anything in it.
    slots: {
      data: Float32Array.from({ length: 2 * (memory + 1) * unit * units }, (_, i) =>
        Math.floor(i / (unit * units)) === spare ? Number.NaN : small(random),
      ),
    },
    coefficients: {
      data: words(Array.from({ length: 2 * (memory + 1) + 1 }, (_, i) => (i === spare ? 0 : (i % 5) - 1))),
    },
    state: { data: words([5, held, spare]) },
    rate: { data: Float32Array.of(0.5) },
  }),
  args: ({ memory, unit, units }, p) => [
    ...[p("gradient"), p("slots"), p("coefficients"), p("state"), p("rate")],
    ...[memory, 4 * unit * units, unit],
  ],
  extent: ({ units }) => units,
  expected({ memory, spare, unit, units }, { gradient, slots, coefficients }) {
    const [places, floats] = [memory + 1, unit * units];
    const factors = new Float64Array(Int32Array.from(coefficients!).buffer);
    const direction = Array.from(gradient!, (g, i) =>
      Array.from({ length: 2 * places }, (_, p) => p)
        .filter((p) => p !== spare)
        .reduce((sum, p) => sum + factors[p]! * slots![p * floats + i]!, factors[2 * places]! * g),
    );
    const after = Array.from(slots!);
    after.splice(spare * floats, floats, ...direction.map((d) => -0.5 * d));
    after.splice((places + spare) * floats, floats, ...gradient!);
    return { gradient: direction.map((d) => d || 0), slots: after.map((v) => v) };
  },
  tolerance: 1e-12,
});

test.run();
