import { suite } from "uvu";
import * as assert from "uvu/assert";
import { earlyStopping, reduceOnPlateau } from "../../src/index.js";
import { observe, type ReduceOnPlateauOptions, start } from "../../src/schedules/plateau.js";
import golden from "../golden/schedules.json";
import { close } from "../golden.js";
import { eachThrows, type Wrong } from "../wrong/wrong.js";

const test = suite("reduceOnPlateau");

/** The rate before each result, and after the last. */
function follow(given: Partial<ReduceOnPlateauOptions>, values: readonly number[]): number[] {
  const config = reduceOnPlateau({ initial: 1, factor: 0.5, minDelta: 0, ...given });
  let state = start(config);
  const rates = [state.rate];
  for (const value of values) {
    const before = JSON.stringify(state);
    const next = observe(config, state, value);
    assert.is(JSON.stringify(state), before, "a state is never changed");
    state = JSON.parse(JSON.stringify(next));
    assert.equal(state, next, "a state is JSON");
    rates.push(state.rate);
  }
  return rates;
}

test("PyTorch's rates", () => {
  const found = golden.cases.find(({ name }) => name === "reduceOnPlateau") as unknown as ReduceOnPlateauOptions & {
    metric: number[];
    rates: number[];
  };
  const { initial, factor, patience, minDelta, mode, metric, rates } = found;
  close(follow({ initial, factor, patience, minDelta, mode }, metric.slice(0, -1)), rates, 1e-12, "rate", 1e-300);
});

test("patience lets so many results pass", () => {
  assert.equal(follow({ patience: 0 }, [5, 5, 5]), [1, 1, 0.5, 0.25]);
  assert.equal(follow({ patience: 1 }, [5, 5, 5, 5, 5]), [1, 1, 1, 0.5, 0.5, 0.25]);
  assert.equal(follow({ patience: 1 }, [5, 5, 4, 4, 3, 3]), [1, 1, 1, 1, 1, 1, 1]);
});

test("better is better by more than minDelta, than the best so far", () => {
  assert.equal(follow({ patience: 0, minDelta: 0.5 }, [3, 2.5]), [1, 1, 0.5]);
  assert.equal(follow({ patience: 1, minDelta: 0.5 }, [3, 2.75, 2.25, 2]), [1, 1, 1, 1, 1]);
  assert.equal(follow({ patience: 0, mode: "max" }, [1, 2, 2, 1.5, 3]), [1, 1, 1, 0.5, 0.25, 0.25]);
  assert.equal(follow({ patience: 0, mode: "max", minDelta: 0.5 }, [-3, -2.5]), [1, 1, 0.5]);
});

test("cooldown: results after a fall are not counted", () => {
  assert.equal(follow({ patience: 0, cooldown: 2 }, [5, 5, 5, 5, 5]), [1, 1, 0.5, 0.5, 0.5, 0.25]);
  // A better one is kept all the same.
  assert.equal(follow({ patience: 0, cooldown: 2 }, [5, 5, 1, 5, 4, 5]), [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
});

test("the rate never falls below the minimum", () => {
  assert.equal(follow({ patience: 0, minimum: 0.3 }, [5, 5, 5, 5]), [1, 1, 0.5, 0.3, 0.3]);
});

test("what is not a number is not better; an infinite loss neither", () => {
  assert.equal(follow({ patience: 0 }, [Number.NaN, 5, Number.NaN]), [1, 0.5, 0.5, 0.25]);
  assert.equal(follow({ patience: 0 }, [Number.POSITIVE_INFINITY, 5]), [1, 0.5, 0.5]);
});

test("defaults", () => {
  assert.equal(reduceOnPlateau({ initial: 0.1 }), {
    type: "reduceOnPlateau",
    initial: 0.1,
    factor: 0.1,
    patience: 10,
    minDelta: 0.0001,
    mode: "min",
    monitor: "valLoss",
    minimum: 0,
    cooldown: 0,
  });
  assert.is(reduceOnPlateau({ initial: 0.1, monitor: "valAccuracy" }).mode, "max");
  assert.is(reduceOnPlateau({ initial: 0.1, monitor: "accuracy", mode: "min" }).mode, "min");
  for (const monitor of ["valAuc", "rSquared", "valF1", "meanSquaredError", "valLoss", "loss"]) {
    assert.is(reduceOnPlateau({ initial: 0.1, monitor }).mode, earlyStopping({ monitor }).mode, monitor);
  }
});

test("wrong options", () => {
  const rows: [wrong: object, text: RegExp][] = [
    [{ initial: 0 }, /^reduceOnPlateau\.initial: expected a number > 0, got 0\.$/],
    [{ factor: 1 }, /factor: expected a number > 0 and < 1, got 1/],
    [{ factor: 0 }, /factor: .* got 0/],
    [{ patience: -1 }, /patience: expected a whole number >= 0, got -1/],
    [{ minDelta: -1 }, /minDelta: expected a number >= 0, got -1/],
    [{ mode: "smallest" }, /mode: unknown name "smallest"\. Known: min, max, auto/],
    [{ monitor: 3 }, /monitor: expected a key of the logs such as "valLoss", got 3/],
    [{ minimum: 0.2 }, /minimum: expected a number >= 0 and <= 0\.1, got 0\.2/],
    [{ cooldown: 1.5 }, /cooldown: expected a whole number >= 0, got 1\.5/],
    [{ patients: 3 }, /Did you mean "patience"/],
  ];
  const call = reduceOnPlateau as (config?: unknown) => unknown;
  return eachThrows([
    ["nothing", () => call(), "E_OPTION", /reduceOnPlateau: expected an object of options/],
    ...rows.map(
      ([wrong, text]): Wrong => [JSON.stringify(wrong), () => call({ initial: 0.1, ...wrong }), "E_OPTION", text],
    ),
  ]);
});

test.run();
