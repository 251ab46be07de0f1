import { suite } from "uvu";
import { anyhow, eachRejects, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong batch sizes");

type Row = readonly [wrong: object, text: RegExp];
/** Factory -> options that are right, and changes that make them wrong. */
const TABLE: Record<string, readonly [right: object, ...Row[]]> = {
  exponentialBatchSize: [
    { initial: 8, maximum: 64 },
    [{ maximum: undefined }, /^exponentialBatchSize\.maximum: expected a whole number >= 1, got undefined/],
    [{ initial: 0 }, /initial: expected a whole number >= 1 and <= 64, got 0/],
    [{ initial: 65 }, /initial: .* got 65/],
    [{ factor: 1 }, /factor: expected a number > 1, got 1/],
    [{ every: 0 }, /every: expected a whole number >= 1, got 0/],
    [{ steps: 5 }, /unknown option "steps"/],
  ],
  randomBatchSize: [
    { maximum: 64 },
    [{ maximum: 2.5 }, /^randomBatchSize\.maximum: expected a whole number >= 1, got 2\.5/],
    [{ minimum: 0 }, /minimum: expected a whole number >= 1 and <= 64, got 0/],
    [{ minimum: 65 }, /minimum: .* got 65/],
  ],
  plateauBatchSize: [
    { initial: 8, maximum: 64 },
    [{ initial: undefined }, /^plateauBatchSize\.initial: .* got undefined/],
    [{ factor: 0.5 }, /factor: expected a number > 1, got 0\.5/],
    [{ patience: -1 }, /patience: expected a whole number >= 0, got -1/],
    [{ minDelta: -1 }, /minDelta: expected a number >= 0, got -1/],
    [{ monitor: 5 }, /monitor: expected a key of the logs such as "valLoss", got 5/],
    [{ mode: "least" }, /mode: unknown name "least"/],
  ],
};

const { dense, input, sequential } = anyhow;
const [x, y] = [
  [[1], [2]],
  [1, 2],
];
const fit = (batchSize: unknown) => {
  const model = sequential!([input!({ shape: [1] }), dense!({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model.fit(x, y, { batchSize });
};

test(
  "factories throw at once, and fit rejects the JSON",
  withoutThreads(async () => {
    const rows = Object.entries(TABLE).flatMap(([type, [right, ...wrongs]]) =>
      wrongs.map(([wrong, text]) => ({ type, config: { ...right, ...wrong }, text })),
    );
    const named = (call: (row: (typeof rows)[0]) => unknown) =>
      rows.map((row): Wrong => [JSON.stringify(row.config), () => call(row), "E_OPTION", row.text]);
    await eachThrows(named(({ type, config }) => anyhow[type]!(config)));
    await eachRejects(named(({ type, config }) => fit({ ...config, type })));
    await eachThrows(
      Object.keys(TABLE).map((type): Wrong => {
        return [type, () => anyhow[type]!(), "E_OPTION", /expected an object of options .* got undefined/];
      }),
    );
  }),
);

test(
  "batchSize of fit",
  withoutThreads(() =>
    eachRejects([
      ["a name", () => fit("half"), "E_OPTION", /^fit: batchSize: expected a whole number >= 1, got "half"/],
      ["null", () => fit(null), "E_OPTION", /batchSize: expected a whole number >= 1, got null/],
      ["no type", () => fit({ initial: 8, maximum: 64 }), "E_OPTION", /^fit: batchSize\.type: expected one of/],
      ["a type", () => fit({ type: "linear" }), "E_OPTION", /batchSize\.type: unknown name "linear"/],
      ["an array", () => fit([32]), "E_OPTION", /^fit: batchSize: expected one of/],
      [
        "a monitor without validation",
        () => fit(anyhow.plateauBatchSize!({ initial: 1, maximum: 2 })),
        "E_OPTION",
        /^plateauBatchSize\.monitor: unknown name "valLoss".* Validation values need validationSplit/,
      ],
    ]),
  ),
);

test.run();
