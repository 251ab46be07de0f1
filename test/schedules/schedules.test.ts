import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as whetstone from "../../src/index.js";
import { type Rate, schedules } from "../../src/schedules/index.js";

const {
  constant,
  cosineDecay,
  cosineWarmRestarts,
  exponentialDecay,
  exponentialRise,
  linearDecay,
  oneCycle,
  piecewise,
  polynomialDecay,
  scheduleRate,
  stepDecay,
  warmup,
} = whetstone;
const test = suite("schedules");

/** Fails unless the rates at these steps are right to 1e-12. */
function follows(rate: Rate, want: Readonly<Record<number, number>>) {
  for (const [step, expected] of Object.entries(want)) {
    const got = scheduleRate(rate, Number(step));
    assert.ok(
      Math.abs(got - expected) <= 1e-12 * expected,
      `${JSON.stringify(rate)} at ${step}: ${got}, want ${expected}`,
    );
  }
}

test("a number is its own rate", () => {
  follows(0.3, { 0: 0.3, 1000000: 0.3 });
  follows(constant({ initial: 0.3 }), { 0: 0.3, 1000000: 0.3 });
});

test("after its last step a schedule stays where it is", () => {
  follows(linearDecay({ initial: 1, steps: 4 }), { 3: 0.25, 4: 0, 5: 0, 1000000: 0 });
  follows(polynomialDecay({ initial: 1, steps: 4, power: 3 }), { 2: 0.125, 4: 0, 5: 0, 1000000: 0 });
  follows(cosineDecay({ initial: 1, steps: 4 }), { 2: 0.5, 4: 0, 5: 0, 1000000: 0 });
  follows(cosineDecay({ initial: 1, steps: 4, minimum: 0.5 }), { 2: 0.75, 4: 0.5, 5: 0.5, 8: 0.5 });
  follows(oneCycle({ maximum: 1, steps: 9 }), { 9: 1 / 25 / 10000, 10: 1 / 25 / 10000, 1000: 1 / 25 / 10000 });
  follows(piecewise({ initial: 1, boundaries: [1, 3], gamma: 0.5 }), { 0: 1, 1: 0.5, 2: 0.5, 3: 0.25, 1000000: 0.25 });
});

test("defaults", () => {
  follows(polynomialDecay({ initial: 1, steps: 4 }), { 1: 0.75 });
  follows(cosineWarmRestarts({ initial: 1, first: 4 }), { 0: 1, 2: 0.5, 4: 1, 6: 0.5, 4000002: 0.5 });
  const whole = { pctStart: 0.3, divFactor: 25, finalDivFactor: 10000, anneal: "cos" } as const;
  for (const step of [0, 1, 2, 3, 7, 9, 20]) {
    const rate = scheduleRate(oneCycle({ maximum: 1, steps: 9 }), step);
    assert.is(rate, scheduleRate(oneCycle({ maximum: 1, steps: 9, ...whole }), step));
    assert.is(rate, scheduleRate(oneCycle({ maximum: 1, steps: 9, initial: 1 / 25 }), step));
  }
});

test("powers need not be whole", () => {
  follows(polynomialDecay({ initial: 2, steps: 4, power: 0.5 }), { 0: 2, 3: 1, 4: 0 });
  follows(exponentialDecay({ initial: 1, gamma: 0.999 }), { 1000: 0.999 ** 1000, 20000: 0.999 ** 20000 });
});

test("a rise by powers", () => {
  const rate = exponentialRise({ initial: 1e-6, maximum: 10, steps: 7 });
  follows(rate, { 0: 1e-6, 1: 1e-5, 5: 0.1, 6: 1, 7: 10, 8: 10, 1000000: 10 });
  follows(exponentialRise({ initial: 0.5, maximum: 0.5, steps: 3 }), { 0: 0.5, 1: 0.5, 5: 0.5 });
});

test("restarts: cycles grow by the multiplier", () => {
  const rate = cosineWarmRestarts({ initial: 1, first: 2, multiplier: 3 });
  follows(rate, { 0: 1, 1: 0.5, 2: 1, 5: 0.5, 8: 1, 17: 0.5, 26: 1 });
});

test("oneCycle in straight lines, and without a rise", () => {
  // (9 + 1) / 2 - 1 = 4 steps up, 5 down.
  const lines = { maximum: 1, divFactor: 5, finalDivFactor: 2, pctStart: 0.5, steps: 9, anneal: "linear" } as const;
  follows(oneCycle(lines), { 0: 0.2, 1: 0.4, 2: 0.6, 4: 1, 5: 0.82, 9: 0.1, 10: 0.1 });
  follows(oneCycle({ ...lines, pctStart: 0.1 }), { 0: 1, 9: 0.1 });
  follows(oneCycle({ ...lines, pctStart: 1 }), { 0: 0.2, 9: 1, 10: 0.1 });
});

test("warmup rises in a line, then the schedule begins at its own step 0", () => {
  follows(warmup({ steps: 4, schedule: 0.8 }), { 0: 0, 1: 0.2, 3: 0.6, 4: 0.8, 5: 0.8 });
  const schedule = stepDecay({ initial: 1, stepSize: 3, gamma: 0.5 });
  follows(warmup({ steps: 4, from: 0.5, schedule }), { 0: 0.5, 2: 0.75, 4: 1, 6: 1, 7: 0.5, 10: 0.25 });
  follows(warmup({ steps: 2, from: 3, schedule }), { 0: 3, 1: 2, 2: 1 });
  const inner = cosineDecay({ initial: 1, steps: 10, minimum: 0.1 });
  for (const step of [0, 3, 10, 11]) {
    assert.is(scheduleRate(warmup({ steps: 7, schedule: inner }), 7 + step), scheduleRate(inner, step));
  }
});

test("a schedule is JSON with its type", () => {
  assert.equal(warmup({ steps: 4, schedule: constant({ initial: 1 }) }), {
    type: "warmup",
    steps: 4,
    schedule: { type: "constant", initial: 1 },
  });
});

const FACTORIES = whetstone as unknown as Record<string, (config: object) => Rate>;

/** Options at the edges of what is allowed, for every row of the table whose rate the step alone decides. */
const EDGES: Record<Exclude<keyof typeof schedules, "reduceOnPlateau">, object[]> = {
  constant: [{ initial: 5e-324 }],
  exponentialDecay: [
    { initial: 1e308, gamma: 1 },
    { initial: 0.1, gamma: 1e-300 },
    { initial: 1, gamma: 1 - 2 ** -53 },
  ],
  exponentialRise: [
    { initial: 5e-324, maximum: 1e308, steps: 1000 },
    { initial: 1, maximum: 1, steps: 1 },
  ],
  stepDecay: [
    { initial: 1, stepSize: 1, gamma: 0.1 },
    { initial: 1, stepSize: Number.MAX_SAFE_INTEGER, gamma: 1e-300 },
  ],
  piecewise: [{ initial: 1, boundaries: [1, 2, 3, 1000, Number.MAX_SAFE_INTEGER], gamma: 1e-200 }],
  linearDecay: [
    { initial: 1e308, steps: 1 },
    { initial: 5e-324, steps: 1000 },
  ],
  polynomialDecay: [
    { initial: 1, steps: 7, power: 1e300 },
    { initial: 1, steps: 7, power: 1e-300 },
    { initial: 1, steps: 7, power: 0.1 },
  ],
  inverseTimeDecay: [{ initial: 1, decay: 1e308 }],
  cosineDecay: [
    { initial: 1, steps: 1000 },
    { initial: 1, steps: 1, minimum: 1 },
  ],
  cosineWarmRestarts: [
    { initial: 1, first: 1 },
    { initial: 1, first: 7, multiplier: Number.MAX_SAFE_INTEGER },
    { initial: 1, first: 1000, multiplier: 2 },
  ],
  oneCycle: [
    ...[0, 0.3, 0.5, 1].flatMap((pctStart) =>
      (["cos", "linear"] as const).flatMap((anneal) =>
        [1, 2, 10, 1000].map((steps) => ({ maximum: 1, steps, pctStart, anneal, finalDivFactor: 1e300 })),
      ),
    ),
  ],
  warmup: [
    { steps: 3, from: 1e308, schedule: 5e-324 },
    { steps: 1, schedule: 1e308 },
    { steps: 1000, from: 1, schedule: { type: "linearDecay", initial: 1, steps: 5 } },
  ],
};

test("every rate of every schedule is finite and not negative", () => {
  assert.equal([...Object.keys(EDGES), "reduceOnPlateau"].sort(), Object.keys(schedules).sort());
  const steps = [...Array.from({ length: 1100 }, (_, i) => i), 1e6, 2 ** 31, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER];
  for (const [type, configs] of Object.entries(EDGES)) {
    for (const config of configs) {
      const schedule = FACTORIES[type]!(config);
      for (const step of steps) {
        const rate = scheduleRate(schedule, step);
        assert.ok(rate >= 0 && rate < Number.POSITIVE_INFINITY, `${JSON.stringify(schedule)} at ${step}: ${rate}`);
      }
    }
  }
});

test.run();
