import { suite } from "uvu";
import * as assert from "uvu/assert";
import { split } from "../../src/index.js";

const test = suite("split");

const ROWS = 20;
const ascending = Array.from({ length: ROWS }, (_, row) => row);
const count = (labels: Iterable<number | string>) => {
  const counts: Record<string, number> = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
};

test("every row is in one part, rows of x and y stay together, both parts keep their order", () => {
  const x = Float32Array.from({ length: ROWS * 3 }, (_, i) => i);
  const { train, test } = split(x, Int32Array.from(ascending), { test: 0.3, seed: 5 });
  assert.is(test[1].length, 6);
  assert.equal(
    [...train[1], ...test[1]].sort((a, b) => a - b),
    ascending,
  );
  for (const [columns, rows] of [train, test]) {
    assert.equal(columns, Float32Array.from([...rows].flatMap((row) => [3 * row, 3 * row + 1, 3 * row + 2])));
    assert.equal(
      [...rows].sort((a, b) => a - b),
      [...rows],
    );
  }
});

test("the seed alone draws the rows", () => {
  const held = (seed?: number) => split(ascending, ascending, seed === undefined ? {} : { seed }).test[1].join();
  assert.is(held(), held(0));
  assert.is(held(), "5,10,11,12,14", "as an implementation of its own draws them");
  assert.is(new Set(Array.from({ length: 20 }, (_, seed) => held(seed))).size, 20);
  assert.is.not(held(3), held(2 ** 32 + 3));
});

test("the share is rounded, and a row is left on either side", () => {
  const held = (n: number, share: number) => split(ascending.slice(0, n), ascending.slice(0, n), { test: share }).test;
  const rows: [n: number, share: number, held: number][] = [
    [20, 0.25, 5],
    [10, 0.25, 3],
    [10, 0.01, 1],
    [10, 0.99, 9],
    [2, 0.5, 1],
  ];
  for (const [n, share, wanted] of rows) assert.is(held(n, share)[1].length, wanted, `${n} rows, ${share}`);
  const hundred = Array.from({ length: 100 }, (_, i) => i);
  assert.is(split(hundred, hundred, { test: 0.29 }).test[0].length, 29);
});

test("what comes out has the form of what came in", () => {
  const y = ascending.map((row) => (row % 2 ? "odd" : "even"));
  const nested = ascending.map((row) => [row, -row]);
  const first = split(nested, y);
  assert.is(first.train[0].length, 15);
  assert.equal(
    first.test[1],
    first.test[0].map(([row]) => y[row!]),
  );
  const flat = nested.flat();
  const shaped = { data: Uint8Array.from(flat), shape: [ROWS, 1, 2] };
  const second = split(shaped, { data: Float32Array.from(flat), shape: [ROWS, 2] });
  assert.equal(second.train[0].shape, [15, 1, 2]);
  assert.equal(second.train[1].shape, [15, 2]);
  assert.instance(second.train[0].data, Uint8Array);
  assert.equal([...second.test[0].data], [...Uint8Array.from(second.test[1].data)]);
  assert.equal(second.test[1].data, Float32Array.from(first.test[0].flat()), "one seed, one choice, whatever the form");
  for (const Kind of [Float32Array, Uint8Array, Int32Array, Float64Array, Uint8ClampedArray]) {
    const typed = new Kind(ROWS);
    assert.is(split(typed, typed).test[0].constructor, Kind);
  }
  assert.equal(split({ data: flat, shape: [ROWS, 2] }, y).test[0].data, first.test[0].flat());
  const pixels = ascending.map(() => ({ data: new Uint8ClampedArray(4), width: 1, height: 1 }));
  assert.ok(split(pixels, ascending).test[0].every((image, i) => image === pixels[[5, 10, 11, 12, 14][i]!]));
  const hot = new Float32Array(ROWS * 3);
  assert.is(split(nested, hot).test[1].length, 15, "a flat y has as many values a row as the rows of x leave it");
});

test("with stratify every label keeps its share, as far as whole rows allow", () => {
  const labels = Int32Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 5 : i % 10 < 3 ? -1 : 2));
  const names = Array.from(labels, (label) => `class ${label}`);
  // 10, 20 and 70 of 100: shares of 7 are 0.7, 1.4 and 4.9; the largest remainders get the two rows that the floors leave.
  for (const seed of [0, 1, 2]) {
    const options = { test: 0.07, stratify: true, seed };
    const { train, test } = split(labels, labels, options);
    assert.equal(count(test[1]), { 5: 1, "-1": 1, 2: 5 });
    assert.equal(count(train[1]), { 5: 9, "-1": 19, 2: 65 });
    assert.equal(count(split(labels, names, options).test[1]), { "class 5": 1, "class -1": 1, "class 2": 5 });
    assert.equal(split(labels, [...labels], options).test[1], [...test[1]]);
  }
});

test.run();
