import { suite } from "uvu";
import { concatenate, dense, embedding, flatten, functional, input, sequential } from "../../src/index.js";
import { anyhow, eachRejects, withoutThreads } from "./wrong.js";

const test = suite("wrong shares of mixup");

const fit = (mixup: unknown) => () => {
  const model = anyhow.sequential!([input({ shape: [2] }), dense({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model.fit([[1, 2]], [[1]], { mixup });
};

/** A model of an image and words. */
const numbered = () => {
  const [image, words] = [input({ shape: [4] }), input({ shape: [3] })];
  const vectors = flatten().apply(embedding({ inputDim: 9, outputDim: 2, name: "words" }).apply(words));
  const outputs = dense({ units: 1 }).apply(concatenate().apply([image, vectors]));
  const model = functional({ inputs: [image, words], outputs });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model;
};
const pair = [[[1, 2, 3, 4]], [[1, 2, 3]]] as const;

test(
  "mixup",
  withoutThreads(() =>
    eachRejects([
      ["-0.1", fit(-0.1), "E_OPTION", /^fit: mixup: expected a number >= 0 and <= 100, got -0\.1\.$/],
      ["an object", fit({ alpha: 0.2 }), "E_OPTION", /got \{ alpha: 0\.2 \}/],
      ["true", fit(true), "E_OPTION", /got true/],
      [
        "numbers of an embedding",
        () => numbered().fit(pair, [[1]], { mixup: 0.2 }),
        "E_OPTION",
        /mixup: expected 0, as words takes whole numbers, which cannot be mixed, got 0\.2\./,
      ],
      [
        "those of a stream",
        () => numbered().fit(() => [{ x: pair, y: [[1]] }], { mixup: 0.2 }),
        "E_OPTION",
        /mixup: expected 0, as words/,
      ],
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
