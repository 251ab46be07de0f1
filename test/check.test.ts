import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hint, integer, lookup, number, options, show } from "../src/check.js";
import { OptionError } from "../src/errors.js";

const test = suite("checks");

const cyclic: Record<string, unknown> = { a: 1 };
cyclic.self = cyclic;
const loop: unknown[] = [];
loop.push(loop);
const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error("no");
    },
  },
);

test("values are quoted as they are written", () => {
  const rows: [unknown, string][] = [
    ["a", '"a"'],
    [-0, "-0"],
    [Number.NaN, "NaN"],
    [10n, "10n"],
    [Symbol("s"), "Symbol(s)"],
    [undefined, "undefined"],
    [null, "null"],
    [() => 1, "a function"],
    [class A {}, "a function"],
    [[1, "a", [2]], '[1, "a", [2]]'],
    [new Array(7), "an array of 7"],
    [new Float32Array(3), "Float32Array(3)"],
    [new DataView(new ArrayBuffer(4)), "DataView(4)"],
    [{ units: 2, of: { a: [1] } }, "{ units: 2, of: { a: an array of 1 } }"],
    [{}, "{}"],
    [Object.create(null), "{}"],
    [new Map(), "a Map"],
    [new Error("e"), "an Error"],
    [new AbortController(), "an AbortController"],
    [cyclic, "{ a: 1, self: { a: 1, self: an object } }"],
    [loop, "[[an array of 1]]"],
    [hostile, "an object that cannot be read"],
  ];
  for (const [value, text] of rows) assert.is(show(value), text);
});

test("no quote is long", () => {
  const long = "x".repeat(1e6);
  const wide = Object.fromEntries(Array.from({ length: 1e4 }, (_, i) => [`${long.slice(0, 100)}${i}`, long]));
  for (const value of [
    long,
    [long, long, long],
    { [long]: long },
    wide,
    Symbol(long),
    new Float32Array(1e6),
    10n ** 9999n,
  ]) {
    assert.ok(show(value).length <= 80, show(value));
  }
});

test("a name that is not known gives the known ones, and the nearest", () => {
  const known = ["relu", "elu", "tanh", "meanSquaredError", "learningRate", "valLoss", "heads", "kernelSize"];
  const nearest = (name: string) => hint(name, known).match(/Did you mean "(.*)"\?/)?.[1];
  const rows: [string, string | undefined][] = [
    ["rleu", "relu"],
    ["Relu", "relu"],
    ["eluu", "elu"],
    ["tahn", "tanh"],
    ["mean_squared_error", "meanSquaredError"],
    ["mse", "meanSquaredError"],
    ["lr", "learningRate"],
    ["num_heads", "heads"],
    ["kernel_size", "kernelSize"],
    ["val_loss", "valLoss"],
    ["bce", undefined],
    ["constructor", undefined],
    ["", undefined],
    ["x".repeat(1e6), undefined],
  ];
  for (const [name, want] of rows) assert.is(nearest(name), want, name.slice(0, 20));
  assert.match(hint("x", known), /^"x"\. Known: relu, elu, tanh, /);
  assert.is(hint("x", []), '"x". Known: none.');
  const many = Array.from({ length: 99 }, (_, i) => `name${i + 100}`);
  assert.match(hint("x", many), /^"x"\. Known: name100, name101, .*, name139 and 59 more\.$/);
  assert.ok(hint("x", many.slice(0, 40)).endsWith(", name138, name139."));
});

test("tables have no inherited names", () => {
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.throws(
      () => lookup({ a: 1 }, name, "who"),
      (error: unknown) => error instanceof OptionError,
    );
    assert.throws(() => options({ [name]: 1 }, "who", ["a"]), /unknown option/);
  }
  assert.is(lookup({ a: 1 }, "a", "who"), 1);
});

test("numbers have both of their ends", () => {
  assert.is(number(1, "who", { min: 1, max: 1 }), 1);
  assert.is(integer(1, "who", { min: 1, max: 1 }), 1);
  for (const value of [0, 2, "1", [1], new Number(1), null, true, 1n]) {
    assert.throws(() => number(value, "who", { min: 1, max: 1 }), /who: expected a number >= 1 and <= 1, got /);
    assert.throws(() => integer(value, "who", { min: 1, max: 1 }), /who: expected a whole number >= 1 and <= 1, got /);
  }
  assert.throws(() => number(1, "who", { above: 1 }), /> 1, got 1/);
  assert.throws(() => number(1, "who", { below: 1 }), /< 1, got 1/);
  assert.throws(() => number(1 / 0, "who"), /expected a number, got Infinity/);
  assert.throws(() => integer(2 ** 53, "who"), /expected a whole number, got 9007199254740992/);
});

test.run();
