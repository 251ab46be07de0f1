import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STREAM, splitRows } from "../../src/engine/order.js";
import { heldRows } from "../../src/plan/request.js";
import { shuffle } from "../../src/random.js";

const test = suite("order of rows");

const ascending = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const shuffled = (n: number, seed: number, epoch: number) => {
  const rows = ascending(n);
  shuffle(rows, seed, epoch, STREAM.shuffle);
  return rows;
};
const sorted = (rows: Int32Array) => rows.slice().sort();

test("a shuffle is a permutation", () => {
  for (const n of [0, 1, 2, 3, 7, 1000]) assert.equal(sorted(shuffled(n, 7, 0)), ascending(n));
});

test("it is the same for the same seed and epoch, another for others", () => {
  assert.equal(shuffled(50, 7, 3), shuffled(50, 7, 3));
  const orders = new Set<string>();
  for (const seed of [0, 1, 7, 2 ** 31, 2 ** 32, 2 ** 32 + 7, 2 ** 53 - 1]) {
    for (const epoch of [0, 1, 2]) orders.add(shuffled(50, seed, epoch).join());
  }
  assert.is(orders.size, 21);
});

test("every row comes to every place", () => {
  const [n, epochs] = [6, 6000];
  const counts = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffled(n, 1, epoch).forEach((row, place) => {
      counts[row]![place]!++;
    });
  }
  // A binomial of 6000 with p = 1/6 has a standard deviation of 29.
  for (const count of counts.flat()) assert.ok(Math.abs(count - epochs / n) < 150, `${count}`);
});

test("the share that is held leaves a row on either side", () => {
  const rows: [n: number, share: number, held: number][] = [
    [10, 0.1, 1],
    [10, 0.25, 2],
    [10, 0.01, 1],
    [10, 0.99, 9],
    [2, 0.999, 1],
    [2, 0.001, 1],
    [60000, 0.2, 12000],
  ];
  for (const [n, share, held] of rows) assert.is(heldRows(n, share), held);
});

test("a split holds what it should, both parts in ascending order", () => {
  for (const held of [1, 4, 9]) {
    const order = splitRows(10, held, 7, undefined);
    assert.equal(sorted(order), ascending(10));
    for (const part of [order.subarray(0, 10 - held), order.subarray(10 - held)]) assert.equal(part, sorted(part));
  }
  const parts = new Set(Array.from({ length: 20 }, (_, seed) => splitRows(30, 5, seed, undefined).join()));
  assert.is(parts.size, 20);
});

test("with labels every class gives its share, by the largest remainder", () => {
  const count = (labels: Int32Array, rows: Int32Array) => {
    const counts: Record<number, number> = {};
    for (const row of rows) counts[labels[row]!] = (counts[labels[row]!] ?? 0) + 1;
    return counts;
  };
  const even = Int32Array.from({ length: 60 }, (_, i) => i % 3);
  assert.equal(count(even, splitRows(60, 15, 1, even).subarray(45)), { 0: 5, 1: 5, 2: 5 });
  // 10, 20 and 70 of 100: shares of 7 are 0.7, 1.4 and 4.9; the floors leave two, for the classes with 0.9 and 0.7.
  const skewed = Int32Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 5 : i % 10 < 3 ? 0 : 2));
  assert.equal(count(skewed, splitRows(100, 7, 3, skewed).subarray(93)), { 5: 1, 0: 1, 2: 5 });
  // Equal remainders: the smaller labels first.
  const four = Int32Array.from({ length: 8 }, (_, i) => 3 - (i % 4));
  assert.equal(count(four, splitRows(8, 2, 3, four).subarray(6)), { 0: 1, 1: 1 });
});

test.run();
