import { suite } from "uvu";
import { anyhow, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong options of schedules");

type Row = readonly [wrong: object, text: RegExp];
/** Factory -> options that are right, and changes that make them wrong. */
const TABLE: Record<string, readonly [right: object, ...Row[]]> = {
  constant: [
    { initial: 0.1 },
    [{ initial: 0 }, /^constant\.initial: expected a number > 0, got 0\.$/],
    [{ initial: undefined }, /initial: .* got undefined/],
    [{ initial: Number.POSITIVE_INFINITY }, /initial: .* got Infinity/],
    [{ initial: "0.1" }, /initial: .* got "0\.1"/],
    [{ value: 0.1 }, /unknown option "value"\. Known: (type, )?initial/],
  ],
  exponentialDecay: [
    { initial: 0.1, gamma: 0.9 },
    [{ gamma: 0 }, /gamma: expected a number > 0 and <= 1, got 0/],
    [{ gamma: 1.1 }, /gamma: .* got 1\.1/],
    [{ gamma: Number.NaN }, /gamma: .* got NaN/],
    [{ gama: 1 }, /Did you mean "gamma"/],
  ],
  exponentialRise: [
    { initial: 0.1, maximum: 1, steps: 5 },
    [{ maximum: 0.05 }, /maximum: expected a number >= 0\.1, got 0\.05/],
    [{ initial: 0 }, /initial: .* got 0/],
    [{ steps: 0 }, /steps: .* got 0/],
  ],
  stepDecay: [
    { initial: 0.1, stepSize: 5, gamma: 0.5 },
    [{ stepSize: 0 }, /stepSize: expected a whole number >= 1, got 0/],
    [{ stepSize: 2.5 }, /stepSize: .* got 2\.5/],
    [{ gamma: -1 }, /gamma: .* got -1/],
    [{ initial: -1 }, /initial: .* got -1/],
  ],
  piecewise: [
    { initial: 0.1, boundaries: [2, 5], gamma: 0.5 },
    [{ boundaries: [] }, /boundaries: expected an array of steps such as \[1000, 2000\], got \[\]/],
    [{ boundaries: 5 }, /boundaries: expected an array .* got 5/],
    [{ boundaries: new Int32Array([2, 5]) }, /boundaries: expected an array .* got Int32Array\(2\)/],
    [{ boundaries: [0, 5] }, /boundaries\[0\]: expected a whole number >= 1, got 0/],
    [{ boundaries: [5, 5] }, /boundaries\[1\]: expected a whole number >= 6, got 5/],
    [{ boundaries: [5, 2] }, /boundaries\[1\]: .* got 2/],
    [{ boundaries: [2, 4.5] }, /boundaries\[1\]: .* got 4\.5/],
    // biome-ignore lint/suspicious/noSparseArray: a hole is no step
    [{ boundaries: [2, , 5] }, /boundaries\[1\]: .* got undefined/],
    [{ gamma: 2 }, /gamma: .* got 2/],
  ],
  linearDecay: [
    { initial: 0.1, steps: 5 },
    [{ steps: 0 }, /steps: expected a whole number >= 1, got 0/],
    [{ steps: Number.POSITIVE_INFINITY }, /steps: .* got Infinity/],
    [{ steps: undefined }, /steps: .* got undefined/],
  ],
  polynomialDecay: [
    { initial: 0.1, steps: 5 },
    [{ power: 0 }, /power: expected a number > 0, got 0/],
    [{ power: null }, /power: .* got null/],
    [{ steps: -5 }, /steps: .* got -5/],
    [{ initial: null }, /initial: .* got null/],
  ],
  inverseTimeDecay: [{ initial: 0.1, decay: 0.1 }, [{ decay: -0.1 }, /decay: expected a number >= 0, got -0\.1/]],
  cosineDecay: [
    { initial: 0.1, steps: 5 },
    [{ minimum: -1 }, /minimum: expected a number >= 0 and <= 0\.1, got -1/],
    [{ minimum: 0.2 }, /minimum: .* got 0\.2/],
    [{ steps: 0.5 }, /steps: .* got 0\.5/],
    [{ initial: [] }, /initial: .* got \[\]/],
  ],
  cosineWarmRestarts: [
    { initial: 0.1, first: 5 },
    [{ first: 0 }, /first: expected a whole number >= 1, got 0/],
    [{ multiplier: 0 }, /multiplier: expected a whole number >= 1, got 0/],
    [{ multiplier: 1.5 }, /multiplier: .* got 1\.5/],
    [{ initial: 0 }, /initial: .* got 0/],
  ],
  oneCycle: [
    { maximum: 0.1, steps: 5 },
    [{ maximum: 0 }, /maximum: expected a number > 0, got 0/],
    [{ steps: 0 }, /steps: .* got 0/],
    [{ pctStart: 30 }, /pctStart: expected a number >= 0 and <= 1, got 30/],
    [{ divFactor: 0.5 }, /divFactor: expected a number >= 1, got 0\.5/],
    [{ finalDivFactor: 0 }, /finalDivFactor: expected a number >= 1, got 0/],
    [{ initial: 0.2 }, /initial: expected a number > 0 and <= 0\.1, got 0\.2/],
    [{ initial: 0.05, divFactor: 4 }, /initial: expected maximum \/ divFactor, 0\.025, got 0\.05; give one of/],
    [{ anneal: "cosine" }, /anneal: unknown name "cosine"\. Known: cos, linear/],
    [{ anneal: "toString" }, /anneal: unknown name "toString"/],
  ],
  reduceOnPlateau: [
    { initial: 0.1 },
    [{ initial: 0 }, /initial: expected a number > 0, got 0/],
    [{ factor: 1 }, /factor: expected a number > 0 and < 1, got 1/],
    [{ patience: 0.5 }, /patience: expected a whole number >= 0, got 0\.5/],
    [{ mode: "best" }, /mode: unknown name "best"\. Known: min, max, auto/],
    [{ monitor: null }, /monitor: expected a key of the logs such as "valLoss", got null/],
    [{ minimum: 1 }, /minimum: expected a number >= 0 and <= 0\.1, got 1/],
    [{ patients: 3 }, /Did you mean "patience"/],
  ],
  warmup: [
    { steps: 5, schedule: 0.1 },
    [{ steps: 0 }, /steps: expected a whole number >= 1, got 0/],
    [{ from: -1 }, /from: expected a number >= 0, got -1/],
    [{ schedule: undefined }, /^warmup\.schedule: expected a number > 0 or a schedule, got undefined/],
    [{ schedule: 0 }, /schedule: expected a number > 0, got 0/],
    [{ schedule: { type: "cosine" } }, /schedule\.type: unknown name "cosine"\. Known: /],
    [{ schedule: { type: "linearDecay", initial: 1, steps: 0 } }, /schedule \(linearDecay\)\.steps: .* got 0/],
    [{ schedule: { type: "linearDecay", initial: 1, step: 1 } }, /unknown option "step"\. Did you mean "steps"/],
    [{ schedule: { type: "warmup", steps: 1, schedule: 1 } }, /schedule\.type: unknown name "warmup"/],
    [{ schedule: () => 0.1 }, /got a function\. Call the function/],
  ],
};

test(
  "factories throw at once, and so does an optimizer with the JSON",
  withoutThreads(() =>
    eachThrows(
      Object.entries(TABLE).flatMap(([type, [right, ...rows]]) => [
        [
          `${type} of nothing`,
          () => anyhow[type]!(),
          "E_OPTION",
          /expected an object of options .* got undefined/,
        ] as const,
        [
          `${type} of null`,
          () => anyhow[type]!(null),
          "E_OPTION",
          /expected an object of options .* got null/,
        ] as const,
        ...rows.flatMap(([wrong, text]): Wrong[] => {
          const config = { ...right, ...wrong };
          const what = `${type} ${Object.keys(wrong)} ${String(Object.values(wrong))}`;
          const inOptimizer = new RegExp(text.source.replace(/^\^\w+/, ""));
          return [
            [what, () => anyhow[type]!(config), "E_OPTION", text],
            [`sgd, ${what}`, () => anyhow.sgd!({ learningRate: { ...config, type } }), "E_OPTION", inOptimizer],
            [`rate, ${what}`, () => anyhow.scheduleRate!({ ...config, type }, 0), "E_OPTION", inOptimizer],
          ];
        }),
      ]),
    ),
  ),
);

test("a schedule that contains itself", () => {
  const endless: Record<string, unknown> = { type: "warmup", steps: 1 };
  endless.schedule = endless;
  return eachThrows([["endless", () => anyhow.sgd!({ learningRate: endless }), "E_OPTION", /unknown name "warmup"/]]);
});

const whole = { type: "reduceOnPlateau", initial: 0.1 };
test("scheduleRate", () =>
  eachThrows([
    ["step -1", () => anyhow.scheduleRate!(0.1, -1), "E_OPTION", /^scheduleRate\.step: expected a whole number >= 0/],
    ["step 0.5", () => anyhow.scheduleRate!(0.1, 0.5), "E_OPTION", /step: .* got 0\.5/],
    ["no step", () => anyhow.scheduleRate!(0.1), "E_OPTION", /step: .* got undefined/],
    ["no schedule", () => anyhow.scheduleRate!(), "E_OPTION", /^scheduleRate\.schedule: expected a number > 0 or/],
    ["rate 0", () => anyhow.scheduleRate!(0, 1), "E_OPTION", /schedule: expected a number > 0, got 0/],
    ...[whole, { type: "warmup", steps: 3, schedule: whole }].map(
      (schedule): Wrong => [
        `results, ${schedule.type}`,
        () => anyhow.scheduleRate!(schedule, 1),
        "E_OPTION",
        /^scheduleRate\.schedule: expected a rate that the step alone decides, got reduceOnPlateau, which goes by results/,
      ],
    ),
    ["an array", () => anyhow.scheduleRate!([0.1], 1), "E_OPTION", /schedule: expected one of .* got \[0\.1\]/],
  ]));

test.run();
