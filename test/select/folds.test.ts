import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FoldOptions, foldSeed, folds } from "../../src/select/folds.js";
import { fractions } from "../fingerprints.js";

const test = suite("folds");

const next = fractions(5);
const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
const spread = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts);

interface Drawn {
  rows: number;
  given: Required<Pick<FoldOptions, "folds" | "repeats" | "seed">>;
}

/** Random numbers of rows, folds and repeats, the smallest ones among them. */
const drawn: Drawn[] = Array.from({ length: 60 }, (_, i) => {
  const rows = i < 5 ? i + 2 : whole(2, 120);
  return { rows, given: { folds: whole(2, Math.min(rows, 12)), repeats: whole(1, 3), seed: whole(0, 2 ** 40) } };
});

/** The folds of each repeat; every row must be in one of them, ascending. */
function byRepeat(rows: number, given: FoldOptions): Int32Array[][] {
  const all = folds(rows, given);
  const count = given.folds!;
  assert.is(all.length, count * given.repeats!);
  return Array.from({ length: given.repeats! }, (_, repeat) => {
    const parts = all.slice(repeat * count, (repeat + 1) * count);
    const seen = parts.flatMap((part) => [...part]).sort((a, b) => a - b);
    assert.equal(seen, [...new Array(rows).keys()]);
    for (const part of parts) assert.equal(part, part.slice().sort());
    return parts;
  });
}

test("every row is in one fold of each repeat, and sizes differ by at most one", () => {
  for (const { rows, given } of drawn) {
    for (const parts of byRepeat(rows, given)) assert.ok(spread(parts.map(({ length }) => length)) <= 1);
  }
});

test("stratified, sizes and the rows of each class differ by at most one", () => {
  for (const { rows, given } of drawn) {
    const classes = whole(1, 6);
    const stratify = Array.from({ length: rows }, () => Math.floor(next() * next() * classes) - 1);
    for (const parts of byRepeat(rows, { ...given, stratify })) {
      assert.ok(spread(parts.map(({ length }) => length)) <= 1);
      for (const wanted of new Set(stratify)) {
        const counts = parts.map((part) => part.filter((row) => stratify[row] === wanted).length);
        assert.ok(spread(counts) <= 1, `${counts} of class ${wanted}`);
      }
    }
  }
});

test("groups stay whole, no fold is empty, and none is larger than the smallest by more than the largest group", () => {
  for (const { rows, given } of drawn) {
    const most = whole(given.folds, rows);
    const groups = Array.from({ length: rows }, (_, row) => `group ${row < most ? row : Math.floor(next() * most)}`);
    const sizes = new Map<string, number>();
    for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
    for (const parts of byRepeat(rows, { ...given, groups })) {
      const held = parts.map((part) => new Set(Array.from(part, (row) => groups[row]!)));
      assert.is(
        held.reduce((sum, { size }) => sum + size, 0),
        sizes.size,
      );
      const lengths = parts.map(({ length }) => length);
      assert.ok(Math.min(...lengths) > 0);
      assert.ok(spread(lengths) <= Math.max(...sizes.values()), `${lengths}`);
    }
  }
});

test("the largest group goes to the smallest fold", () => {
  // Sizes 5, 4, 3, 3, 2, 1: 5 | 4 | 3, then 3 to the third, 2 to the second, 1 to the first.
  const groups = [5, 4, 3, 3, 2, 1].flatMap((size, group) => new Array<number>(size).fill(group));
  const parts = folds(18, { folds: 3, seed: 1, groups });
  assert.equal(
    parts.map(({ length }) => length),
    [6, 6, 6],
  );
  for (const seed of [1, 2, 3]) {
    const [first] = folds(4, { folds: 2, seed, groups: ["a", "b", "a", "a"] });
    assert.equal(first, Int32Array.of(0, 2, 3));
  }
});

test("the same seed gives the same folds; other seeds and repeats give others", () => {
  const text = (seed: number, more: Partial<FoldOptions> = {}) => folds(40, { seed, ...more }).join("|");
  const groups = Array.from({ length: 40 }, (_, row) => row % 13);
  const stratify = Array.from({ length: 40 }, (_, row) => row % 3);
  for (const more of [{}, { groups }, { stratify }]) {
    assert.is(text(7, more), text(7, more));
    const seeds = [0, 7, 8, 2 ** 32, 2 ** 32 + 7, 2 ** 53 - 1];
    assert.is(new Set(seeds.map((seed) => text(seed, more))).size, seeds.length);
    const repeated = folds(40, { seed: 7, repeats: 4, ...more });
    assert.is(repeated.slice(0, 5).join("|"), text(7, more));
    assert.is(new Set([0, 1, 2, 3].map((r) => repeated.slice(5 * r, 5 * r + 5).join("|"))).size, 4);
  }
});

test("every row comes to every fold", () => {
  const counts = Array.from({ length: 6 }, () => [0, 0, 0]);
  folds(6, { folds: 3, repeats: 3000, seed: 1 }).forEach((part, i) => {
    for (const row of part) counts[row]![i % 3]!++;
  });
  // A binomial of 3000 with p = 1/3 has a standard deviation of 26.
  for (const count of counts.flat()) assert.ok(Math.abs(count - 1000) < 130, `${count}`);
});

test("seeds of folds are whole, safe, all different, and use all 53 bits", () => {
  const seeds = [0, 1, 2 ** 32].flatMap((seed) =>
    [0, 1, 2].flatMap((repeat) => [0, 1, 2, 3].map((fold) => foldSeed(seed, repeat, fold))),
  );
  assert.is(new Set(seeds).size, 36);
  assert.ok(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0));
  assert.ok(Math.max(...seeds) > 2 ** 51);
});

test.run();
