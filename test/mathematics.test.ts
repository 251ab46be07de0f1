// Whole functions in float64 against the engine's own, which are right to an ulp or so.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cos, exp, log, power, sin } from "../src/mathematics.js";

const test = suite("mathematics");

const { PI, SQRT2, SQRT1_2, LN2, E } = Math;
const LEAST = Number.MIN_VALUE;
const MOST = Number.MAX_VALUE;

/** `count` numbers from `from` to `to`, evenly. */
const evenly = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
/** `count` numbers between powers of ten. */
const widely = (from: number, to: number, count: number) => evenly(from, to, count).map((p) => 10 ** p);
/** A number and its neighbours. */
const around = (x: number) => [x, x * (1 + 2 ** -52), x * (1 - 2 ** -53)];
const both = (values: number[]) => values.flatMap((x) => [x, -x]);

const angles = [
  ...both(evenly(0, 7, 5003)),
  ...both(widely(-300, 5.99, 2000)),
  ...both(evenly(0, 400, 401).flatMap((n) => around((n * PI) / 4))),
  ...both([LEAST, 1e6, 355, 103993, 833719, 573204]),
];

const TABLE: readonly [name: string, ours: (x: number) => number, theirs: (x: number) => number, inputs: number[]][] = [
  [
    "exp",
    exp,
    Math.exp,
    [
      // Below -708 the result is subnormal and has fewer digits than the tolerance.
      ...evenly(-708, 709.78, 5003),
      ...evenly(-1, 1, 2001),
      ...both(widely(-320, 2.8, 1000)),
      ...both(evenly(-20, 20, 41).flatMap((n) => around((n + 0.5) * LN2))),
    ],
  ],
  [
    "log",
    log,
    Math.log,
    [
      ...widely(-323, 308, 5003),
      ...evenly(0.5, 2, 3001),
      ...[1, 2, 0.5, SQRT2, SQRT1_2, E, LEAST, MOST, 2 ** -1022, 2 ** 1023].flatMap(around),
      ...evenly(-1074, 1023, 2098).map((p) => 2 ** p),
    ].filter((x) => x > 0 && x < Number.POSITIVE_INFINITY),
  ],
  ["cos", cos, Math.cos, angles],
  ["sin", sin, Math.sin, angles],
];

for (const [name, ours, theirs, inputs] of TABLE) {
  test(`${name} is right to 1e-14 of its value`, () => {
    for (const x of inputs) {
      const got = ours(x);
      const want = theirs(x);
      const error = Math.abs(got - want);
      assert.ok(error <= 1e-14 * Math.abs(want), `${name}(${x}) is ${got}, want ${want}`);
    }
  });
}

test("subnormal results of exp, to the unit", () => {
  for (const x of evenly(-745.2, -708, 2001)) {
    assert.ok(Math.abs(exp(x) - Math.exp(x)) <= Math.max(LEAST, 1e-14 * Math.exp(x)), `exp(${x}) is ${exp(x)}`);
  }
});

test("edges", () => {
  const infinite = Number.POSITIVE_INFINITY;
  const rows: [name: string, got: number, want: number][] = [
    ["exp(0)", exp(0), 1],
    ["exp(709.79)", exp(709.79), infinite],
    ["exp(-745)", exp(-745), LEAST],
    ["exp(-746)", exp(-746), 0],
    ["exp(Infinity)", exp(infinite), infinite],
    ["exp(-Infinity)", exp(-infinite), 0],
    ["exp(NaN)", exp(Number.NaN), Number.NaN],
    ["log(1)", log(1), 0],
    ["log(0)", log(0), -infinite],
    ["log(-0)", log(-0), -infinite],
    ["log(-1)", log(-1), Number.NaN],
    ["log(NaN)", log(Number.NaN), Number.NaN],
    ["log(Infinity)", log(infinite), infinite],
    ["cos(0)", cos(0), 1],
    ["sin(0)", sin(0), 0],
    ["cos(π)", cos(PI), -1],
    ["cos(1000001)", cos(1000001), Number.NaN],
    ["sin(-1000001)", sin(-1000001), Number.NaN],
    ["cos(Infinity)", cos(infinite), Number.NaN],
    ["sin(NaN)", sin(Number.NaN), Number.NaN],
    ["power(0, 0)", power(0, 0), 1],
    ["power(0, 0.5)", power(0, 0.5), 0],
    ["power(2, 10)", power(2, 10), 1024],
    ["power(2, -2)", power(2, -2), 0.25],
    ["power(3, 33)", power(3, 33), 5559060566555523],
    ["power(0.5, 1e15)", power(0.5, 1e15), 0],
    ["power(1, 2^53 - 1)", power(1, Number.MAX_SAFE_INTEGER), 1],
  ];
  for (const [name, got, want] of rows) assert.ok(Object.is(got, want), `${name} is ${got}, want ${want}`);
});

test("powers", () => {
  for (const base of [0.001, 0.3, 0.93, 0.999, 1, 1.5, 7]) {
    for (const exponent of [0, 1, 2, 3, 17, 100, 0.5, 0.9, 1.5, 2.25, -1, -0.5]) {
      const want = base ** exponent;
      assert.ok(
        Math.abs(power(base, exponent) - want) <= 1e-13 * want,
        `${base}^${exponent} = ${power(base, exponent)}`,
      );
    }
  }
});

/** FNV-1a over the bits of many results: what differs between engines shows here. */
function hash(values: number[]): string {
  let state = 0x811c9dc5;
  for (const byte of new Uint8Array(new Float64Array(values).buffer)) state = Math.imul(state ^ byte, 0x01000193);
  return (state >>> 0).toString(16);
}

test("the same bits on every engine", () => {
  // Inputs are whole numbers over powers of two: no function of the engine makes them.
  const inputs = Array.from({ length: 4000 }, (_, i) => (i * 977 + 1) / 4096);
  const all = [exp, log, cos, sin].map((f) => hash(inputs.map((x) => f(x / 2))));
  const powers = hash(inputs.map((x) => power(x, 0.7)));
  assert.equal([...all, powers], ["8cabd65e", "ac02d10d", "b109529b", "93fa3857", "a55a779b"]);
});

test.run();
