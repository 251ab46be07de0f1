// What recurrent layers begin and end with, as values of a graph.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  adam,
  concatenate,
  cropping1d,
  dense,
  flatten,
  functional,
  type GraphValue,
  gru,
  input,
  lstm,
  type Model,
  simpleRnn,
} from "../../src/index.js";
import { close, rowsOf } from "./reference.js";

const test = suite("states of recurrent layers");

const [ROWS, STEPS, CHANNELS, UNITS] = [7, 6, 3, 5];
const layers = { lstm, gru, simpleRnn };
type Kind = keyof typeof layers;
const sequences = { data: rowsOf(ROWS, STEPS * CHANNELS, 71).flat(), shape: [ROWS, STEPS, CHANNELS] };
const targets = rowsOf(ROWS, 2, 72);

/** A sequence at once, or in three parts of which each begins with what the one before ended with; all outputs and last states are used. */
function build(kind: Kind, parts: 1 | 3, returnSequences: boolean) {
  const x = input({ shape: [STEPS, CHANNELS] });
  const cell = layers[kind]({ units: UNITS, returnSequences, returnState: true, name: "cell" });
  const outputs: GraphValue[] = [];
  let states: readonly GraphValue[] = [];
  for (let part = 0; part < parts; part++) {
    const before = (part * STEPS) / parts;
    const cut = cropping1d({ cropping: [before, STEPS - before - STEPS / parts] }).apply(x);
    const [output, ...last] = cell.apply([parts > 1 ? cut : x, ...states]);
    states = last;
    if (returnSequences || part === parts - 1) outputs.push(returnSequences ? flatten().apply(output!) : output!);
  }
  const merged = concatenate().apply([...outputs, ...states]);
  const model = functional({ inputs: x, outputs: dense({ units: 2, name: "top" }).apply(merged) });
  return compiled(model);
}
function compiled(model: Model, workers = 2) {
  const optimizer = adam({ learningRate: 0.02 });
  model.compile({ optimizer, loss: "meanSquaredError", seed: 4, numerics: "strict", workers });
  return model;
}

for (const kind of Object.keys(layers) as Kind[]) {
  for (const returnSequences of [true, false]) {
    const what = returnSequences ? "outputs of all steps" : "the last output alone";
    test(`${kind}, ${what}: a sequence in parts that hand on their states is the whole, gradients too`, async () => {
      await using whole = build(kind, 1, returnSequences);
      await using cut = build(kind, 3, returnSequences);
      await cut.setWeights(await whole.getWeights());
      close((await cut.predict(sequences)).data, (await whole.predict(sequences)).data, 1e-6, "output");
      const [got, want] = [await cut.gradients(sequences, targets), await whole.gradients(sequences, targets)];
      close([got.loss], [want.loss], 1e-6);
      close(got.input.data, want.input.data, 1e-6, "input");
      for (const [i, { name, data }] of got.weights.entries()) close(data, want.weights[i]!.data, 2e-6, name);
      for (const model of [cut, whole]) await model.fit(sequences, targets, { epochs: 5, batchSize: 3 });
      close((await cut.predict(sequences)).data, (await whole.predict(sequences)).data, 1e-4, "after a fit");
    });
  }
}

/** An encoder's states begin a decoder, of which only the last c and h are used in the end. */
function translator() {
  const [from, to] = [input({ shape: [STEPS, CHANNELS], name: "from" }), input({ shape: [2, CHANNELS], name: "to" })];
  const [, h, c] = lstm({ units: UNITS, returnState: true }).apply(from);
  const [words, , last] = lstm({ units: UNITS, returnState: true, returnSequences: true }).apply([to, h!, c!]);
  return functional({ inputs: [from, to], outputs: [dense({ units: 2, name: "word" }).apply(words!), last!] });
}

test("an encoder and a decoder train to the same bits for any team; JSON and clones have the same graph", async () => {
  const to = { data: rowsOf(ROWS, 2 * CHANNELS, 73).flat(), shape: [ROWS, 2, CHANNELS] };
  const y = [rowsOf(ROWS, 4, 74), rowsOf(ROWS, UNITS, 75)];
  const fits = await Promise.all(
    [1, 2, 3, 4].map(async (workers) => {
      await using model = compiled(translator(), workers);
      const { fingerprint, epochs } = await model.fit([sequences, to], y, { epochs: 4, batchSize: 3 });
      assert.ok(epochs.at(-1)!.loss < epochs[0]!.loss);
      return fingerprint;
    }),
  );
  await using json = compiled(functional(JSON.parse(JSON.stringify(translator()))));
  fits.push((await json.fit([sequences, to], y, { epochs: 4, batchSize: 3 })).fingerprint);
  assert.equal(new Set(fits).size, 1);
  const { outputs } = await json.predict([sequences, to]);
  assert.equal(Object.keys(outputs!), ["word", "lstm_1.lastC"]);
  assert.equal((await json.predict([sequences, to], { layer: "lstm_1" })).shape, [ROWS, 2, UNITS]);
});

test("a state that nothing reads has no part in anything", async () => {
  const x = input({ shape: [STEPS, CHANNELS] });
  const top = dense({ units: 2 });
  const [output] = lstm({ units: UNITS, returnState: true }).apply(x);
  await using plain = compiled(functional({ inputs: x, outputs: top.apply(lstm({ units: UNITS }).apply(x)) }));
  await using model = compiled(functional({ inputs: x, outputs: top.apply(output!) }));
  const fits = [await plain.fit(sequences, targets), await model.fit(sequences, targets)];
  assert.is(fits[0]!.fingerprint, fits[1]!.fingerprint);
  const gradients = await Promise.all([plain, model].map((one) => one.backward(sequences, targets)));
  assert.equal(gradients[0], gradients[1]);
});

test.run();
