import { suite } from "uvu";
import * as assert from "uvu/assert";
import { suggestRate } from "../../src/select/range.js";
import { close } from "../golden.js";
import { eachThrows } from "../wrong/wrong.js";

const test = suite("range test");

/** Rates from 1e-6 to 1, evenly on the scale of powers. */
const rates = Array.from({ length: 121 }, (_, i) => 10 ** (-6 + i / 20));
/** Flat, then a fall that is steepest at 1e-3, then a rise without end. */
const lossAt = (rate: number) => 2 - Math.tanh(2 * (Math.log10(rate) + 3)) + (rate > 0.1 ? 100 * (rate - 0.1) : 0);
const losses = rates.map(lossAt);

test("the steepest point, without smoothing", () => {
  const { suggestion, smoothed, end } = suggestRate(rates, losses, { smoothing: 0 });
  assert.ok(Math.abs(suggestion / 1e-3 - 1) < 1e-9, `${suggestion}`);
  assert.equal(smoothed, losses.slice(0, end));
  const least = Math.min(...losses);
  assert.is(
    end,
    losses.findIndex((loss, i) => rates[i]! > 0.1 && loss > 4 * least),
  );
});

test("with noise, smoothing keeps it near", () => {
  const noisy = losses.map((loss, i) => loss + 0.05 * Math.sin(9 * i * i));
  const { suggestion } = suggestRate(rates, noisy);
  assert.ok(suggestion > 5e-4 && suggestion < 5e-3, `${suggestion}`);
});

test("the running mean is corrected for its beginning", () => {
  const { smoothed } = suggestRate([1, 2, 3], [4, 2, 1], { smoothing: 0.5, skip: 0 });
  close(smoothed, [4, (0.5 * 2 + 1) / 0.75, (0.25 * 2 + 0.5 + 0.5) / 0.875], 1e-15, "smoothed");
});

test("the curve ends before a loss that is not finite, and before a multiple of the least", () => {
  const plain = { smoothing: 0, skip: 0 };
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 8.1]) {
    assert.is(suggestRate([1, 2, 3, 4, 5], [4, 3, 2, bad, 0], plain).end, 3, `${bad}`);
  }
  assert.is(suggestRate([1, 2, 3, 4, 5], [4, 3, 2, 8, 0], plain).end, 5);
  assert.is(suggestRate([1, 2, 3, 4, 5], [4, 3, 2, 8, 0], { ...plain, divergence: 2 }).end, 3);
  // Losses may be negative.
  assert.is(suggestRate([1, 2, 3, 4], [-1, -2, -3, -1], plain).end, 4);
});

test("points at the beginning are left out", () => {
  const falls = [9, 5, 3, 2.9, 2.8, 2, 1.95];
  const steps = [1, 2, 4, 8, 16, 32, 64];
  assert.is(suggestRate(steps, falls, { smoothing: 0, skip: 0 }).suggestion, 2);
  assert.is(suggestRate(steps, falls, { smoothing: 0, skip: 2 }).suggestion, 16);
});

test("wrong arguments", () => {
  const call = suggestRate as (...given: unknown[]) => unknown;
  return eachThrows([
    ["nothing", () => call(), "E_OPTION", /suggestRate\.rates: expected an array of numbers, got undefined/],
    ["a text", () => call([1, 2], "12"), "E_OPTION", /suggestRate\.losses: expected an array/],
    ["descending", () => call([2, 1], [1, 1]), "E_OPTION", /rates\[1\]: expected a number > 2, got 1/],
    ["zero", () => call([0, 1], [1, 1]), "E_OPTION", /rates\[0\]: expected a number > 0, got 0/],
    ["too few", () => call([1, 2], [1]), "E_OPTION", /losses: expected one for each of 2 rates, got 1/],
    ["smoothing", () => call([1], [1], { smoothing: 1 }), "E_OPTION", /smoothing: .* got 1/],
    ["divergence", () => call([1], [1], { divergence: 1 }), "E_OPTION", /divergence: .* got 1/],
    ["skip", () => call([1], [1], { skip: -1 }), "E_OPTION", /skip: .* got -1/],
    ["key", () => call([1], [1], { smooth: 1 }), "E_OPTION", /unknown option "smooth"/],
    ["rising", () => call([1, 2, 3], [1, 2, 3], { skip: 0 }), "E_DATA", /expected losses that fall somewhere, got 3/],
    ["infinite at once", () => call([1, 2], [Number.POSITIVE_INFINITY, 2]), "E_DATA", /got 0 that do not/],
    ["empty", () => call([], []), "E_DATA", /got 0 that do not/],
  ]);
});

test.run();
