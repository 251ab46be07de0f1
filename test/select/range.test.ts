import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RangeOptions, readRange, suggestRate } from "../../src/select/range.js";
import { close } from "../golden.js";
import { eachThrows } from "../wrong/wrong.js";

const test = suite("range test");

const suggest = (rates: number[], losses: number[], given: RangeOptions = {}) =>
  suggestRate(rates, losses, readRange(given, "who"), "who");
const end = (...given: Parameters<typeof suggest>) => suggest(...given).smoothed.length;

/** Rates from 1e-6 to 1, evenly on the scale of powers. */
const rates = Array.from({ length: 121 }, (_, i) => 10 ** (-6 + i / 20));
/** Flat, then a fall that is steepest at 1e-3, then a rise without end. */
const lossAt = (rate: number) => 2 - Math.tanh(2 * (Math.log10(rate) + 3)) + (rate > 0.1 ? 100 * (rate - 0.1) : 0);
const losses = rates.map(lossAt);

test("the steepest point, without smoothing", () => {
  const { suggestion, least, smoothed } = suggest(rates, losses, { smoothing: 0 });
  assert.ok(Math.abs(suggestion / 1e-3 - 1) < 1e-9, `${suggestion}`);
  assert.equal(smoothed, losses.slice(0, smoothed.length));
  assert.is(lossAt(least), Math.min(...losses));
  assert.is(
    smoothed.length,
    losses.findIndex((loss, i) => rates[i]! > 0.1 && loss > 4 * lossAt(least)),
  );
});

test("with noise, smoothing keeps it near", () => {
  const noisy = losses.map((loss, i) => loss + 0.05 * Math.sin(9 * i * i));
  const { suggestion } = suggest(rates, noisy);
  assert.ok(suggestion > 5e-4 && suggestion < 5e-3, `${suggestion}`);
});

test("the running mean is corrected for its beginning", () => {
  const { smoothed } = suggest([1, 2, 3], [4, 2, 1], { smoothing: 0.5, skip: 0 });
  close(smoothed, [4, (0.5 * 2 + 1) / 0.75, (0.25 * 2 + 0.5 + 0.5) / 0.875], 1e-15, "smoothed");
});

test("the curve ends before a loss that is not finite, and before a multiple of the least", () => {
  const plain = { smoothing: 0, skip: 0 };
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 8.1]) {
    assert.is(end([1, 2, 3, 4, 5], [4, 3, 2, bad, 0], plain), 3, `${bad}`);
  }
  assert.is(end([1, 2, 3, 4, 5], [4, 3, 2, 8, 0], plain), 5);
  assert.is(end([1, 2, 3, 4, 5], [4, 3, 2, 8, 0], { ...plain, divergence: 2 }), 3);
  // Losses may be negative.
  assert.is(end([1, 2, 3, 4], [-1, -2, -3, -1], plain), 4);
});

test("points at the beginning are left out", () => {
  const falls = [9, 5, 3, 2.9, 2.8, 2, 1.95];
  const steps = [1, 4, 16, 64, 256, 1024, 4096];
  assert.is(suggest(steps, falls, { smoothing: 0, skip: 0 }).suggestion, 4);
  assert.is(suggest(steps, falls, { smoothing: 0, skip: 2 }).suggestion, 256);
});

test("a slope is that of a whole decade, and what comes after the least loss does not count", () => {
  const plain = { smoothing: 0, divergence: 1000 };
  const jump = losses.map((loss, i) => (i === 20 ? loss + 0.7 : loss));
  assert.ok(jump[21]! - jump[20]! < Math.min(...losses.map((loss, i) => (losses[i + 1] ?? loss) - loss)));
  assert.ok(Math.abs(suggest(rates, jump, plain).suggestion / 1e-3 - 1) < 1e-9);
  const more = Array.from({ length: 181 }, (_, i) => 10 ** (-6 + i / 20));
  const late = more.map((_, i) => losses[i < 106 ? i : 106]! + (i > 105 ? 60 - (i - 105) / 2 : 0));
  assert.is(suggest(more, late, plain).suggestion, suggest(rates, losses, plain).suggestion);
});

test("wrong options, and losses that never fall", () =>
  eachThrows([
    ["smoothing", () => suggest([1], [1], { smoothing: 1 }), "E_OPTION", /^who: smoothing: .* got 1/],
    ["divergence", () => suggest([1], [1], { divergence: 1 }), "E_OPTION", /divergence: .* got 1/],
    ["skip", () => suggest([1], [1], { skip: -1 }), "E_OPTION", /skip: .* got -1/],
    [
      "rising",
      () => suggest([1, 2, 3], [1, 2, 3], { skip: 0 }),
      "E_DATA",
      /expected losses that fall somewhere, got 3/,
    ],
    ["infinite at once", () => suggest([1, 2], [Number.POSITIVE_INFINITY, 2]), "E_DATA", /got 0 that do not/],
    ["empty", () => suggest([], []), "E_DATA", /got 0 that do not/],
  ]));

test.run();
