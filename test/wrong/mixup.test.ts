import { suite } from "uvu";
import { dense, input, sequential } from "../../src/index.js";
import { anyhow, eachRejects, withoutThreads } from "./wrong.js";

const test = suite("wrong shares of mixup");

const fit = (mixup: unknown) => () => {
  const model = anyhow.sequential!([input({ shape: [2] }), dense({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model.fit([[1, 2]], [[1]], { mixup });
};

test(
  "mixup",
  withoutThreads(() =>
    eachRejects([
      ["-0.1", fit(-0.1), "E_OPTION", /^fit: mixup: expected a number >= 0 and <= 100, got -0\.1\.$/],
      ["an object", fit({ alpha: 0.2 }), "E_OPTION", /got \{ alpha: 0\.2 \}/],
      ["true", fit(true), "E_OPTION", /got true/],
      [
        "without a loss",
        () => sequential([input({ shape: [2] })]).fit([[1, 2]], [[1]], { mixup: 1 }),
        "E_OPTION",
        /fit/,
      ],
    ]),
  ),
);

test.run();
