// Features that meet: streams, mixed rows, losses of one's own, averages, learning rates by results, numbers that are not finite.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  type CompileOptions,
  defineLoss,
  dense,
  dropout,
  type FitInput,
  input,
  reduceOnPlateau,
  sequential,
  sgd,
} from "../../src/index.js";
import { generator } from "../golden.js";

const test = suite("features that meet");

const [ROWS, WIDTH] = [50, 3];
const random = generator(7);
const x = Array.from({ length: ROWS }, () => Array.from({ length: WIDTH }, random));
const y = x.map(([a, b, c]) => [a! * b! + c!]);
const validationData: FitInput["validationData"] = [x.slice(0, 9), y.slice(0, 9)];

function make(compile: Partial<CompileOptions>, workers: number) {
  const model = sequential([
    input({ shape: [WIDTH] }),
    dense({ units: 9, activation: "relu" }),
    dropout({ rate: 0.1 }),
    dense({ units: 1 }),
  ]);
  model.compile({ optimizer: adam(), loss: "meanSquaredError", seed: 3, numerics: "strict", ...compile, workers });
  return model;
}

/** The fingerprint after a fit of arrays. */
async function fitted(compile: Partial<CompileOptions>, fit: FitInput, workers = 1): Promise<string> {
  await using model = make(compile, workers);
  return (await model.fit(x, y, { batchSize: 8, epochs: 3, ...fit })).fingerprint;
}

/** The same from a stream of chunks of 7 rows. */
async function streamed(compile: Partial<CompileOptions>, fit: object, workers = 1): Promise<string> {
  await using model = make(compile, workers);
  function* chunks(): Generator<[number[][], number[][]]> {
    for (let from = 0; from < ROWS; from += 7) yield [x.slice(from, from + 7), y.slice(from, from + 7)];
  }
  return (await model.fit(chunks, { batchSize: 8, epochs: 3, windowRows: 16, ...fit })).fingerprint;
}

const cubic = defineLoss((target, prediction) => target.sub(prediction).abs().pow(3), { name: "cubic" });
const pairs: [string, Partial<CompileOptions>, object][] = [
  ["mixed rows", {}, { mixup: 0.4 }],
  ["mixed rows and a loss of one's own", { loss: cubic }, { mixup: 0.4 }],
  [
    "averages of weights",
    { optimizer: adam({ useEma: true, emaMomentum: 0.9, weightDecay: 0.01 }) },
    { validationData },
  ],
  [
    "a rate that falls by results",
    { optimizer: sgd({ learningRate: reduceOnPlateau({ initial: 0.1, patience: 0, minDelta: 10 }) }) },
    { validationData, epochs: 5 },
  ],
  ["updates that may be left out", {}, { onNonFinite: "skip" }],
];

for (const [name, compile, fit] of pairs) {
  test(`${name}: the same bits from arrays and streams, with 1 and 3 workers`, async () => {
    const plain = await fitted({}, { shuffle: false });
    const want = await fitted(compile, { ...fit, shuffle: false });
    if (!name.startsWith("updates")) assert.is.not(want, plain, "the feature changes nothing");
    assert.is(await fitted(compile, { ...fit, shuffle: false }, 3), want);
    assert.is(await streamed(compile, fit), want);
    assert.is(await streamed(compile, fit, 3), want);
  });
}

test("averages and a rate by results go on through a file", async () => {
  const learningRate = reduceOnPlateau({ initial: 0.1, factor: 0.5, patience: 0, minDelta: 10, monitor: "loss" });
  const compile = { optimizer: sgd({ learningRate, useEma: true, emaMomentum: 0.9 }) };
  await using whole = make(compile, 2);
  const { fingerprint } = await whole.fit(x, y, { batchSize: 8, epochs: 4 });
  await using first = make(compile, 1);
  await first.fit(x, y, { batchSize: 8, epochs: 2 });
  const { loadModel } = await import("../../src/index.js");
  await using second = await loadModel(new Uint8Array(await (await first.toBlob()).arrayBuffer()));
  assert.is((await second.fit(x, y, { batchSize: 8, epochs: 2 })).fingerprint, fingerprint);
});

test("a stream cannot go back", () =>
  streamed({}, { onNonFinite: "rollback" }).then(
    () => assert.unreachable(),
    ({ code, message }) => {
      assert.is(code, "E_OPTION");
      assert.match(message, 'fit: onNonFinite: expected "stop" or "skip" for a stream');
    },
  ));

test.run();
