import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, MemoryLimitError, sequential } from "../../src/index.js";
import { first, sparse, x, y } from "./models.js";
import { eachRejects, rejection, withoutThreads } from "./wrong.js";

const test = suite("memory limits");

test(
  "memory",
  withoutThreads(async () => {
    const big = sequential([first, dense({ units: 1000, activation: "softmax" })]);
    big.compile({ optimizer: "sgd", loss: sparse, memoryLimit: 1e6 });
    const huge = sequential([first, dense({ units: 2 ** 16 }), dense({ units: 2 ** 15 }), dense({ units: 2 })]);
    huge.compile({ optimizer: "adam", loss: "meanSquaredError", memoryLimit: 2 ** 40 });
    const data = /^memoryLimit: expected a model and data within \d+ bytes, got \d+ bytes\. Take fewer units,/;
    await eachRejects([
      ["fit", () => big.fit(x, y), "E_MEMORY", data],
      ["predict", () => big.predict(x), "E_MEMORY", data],
      ["evaluate", () => big.evaluate(x, y), "E_MEMORY", data],
      ["trainOnBatch", () => big.trainOnBatch(x, y), "E_MEMORY", data],
      ["getWeights", () => big.getWeights(), "E_MEMORY", data],
      ["more than 4 GiB", () => huge.predict(x), "E_MEMORY", data],
      [
        "more than a number can hold",
        () => sequential([input({ shape: [2 ** 24] }), dense({ units: 2 ** 24 })]).predict(new Uint8Array(2 ** 24)),
        "E_MEMORY",
        data,
      ],
    ]);
    const rows = 1e6;
    const [many, labels] = [new Float32Array(rows * 4), new Uint8Array(rows)];
    const fit = await rejection(() => big.fit(many, labels), "fit of many rows");
    assert.match(
      (fit as Error).message,
      /, or pass the rows in chunks: fit\(\(\) => chunks, options\), or raise memoryLimit/,
    );
    const limited = [
      [big, 1e6],
      [huge, 4294901760],
    ] as const;
    for (const [model, limit] of limited) {
      const error = (await rejection(() => model.predict(x), "predict")) as MemoryLimitError;
      assert.instance(error, MemoryLimitError);
      assert.is(error.limit, limit);
      assert.ok(error.bytes > limit);
      assert.ok(
        error.message.includes(`${error.bytes} bytes`) && error.message.includes(`${limit} bytes`),
        error.message,
      );
      assert.is(error.message.includes("raise memoryLimit"), model === big);
    }
  }),
);

test.run();
