// Was the last signal up or down? Long rows come in pieces of four steps, most of which have none: only a layer that goes on
// where it ended can know.
import { adam, dense, gru, input, sequential } from "whetstone";

const [rows, pieces, steps] = [16, 24, 4];
let state = 1;
const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
const last = new Array(rows).fill(0);
const x = [];
const y = [];
// Batch k holds piece k of every row: row i of a batch goes on in row i of the next one.
for (let k = 0; k < pieces; k++) {
  for (let row = 0; row < rows; row++) {
    const signals = Array.from({ length: steps }, () => (random() < 0.15 ? (random() < 0.5 ? 1 : -1) : 0));
    last[row] = signals.findLast((signal) => signal !== 0) ?? last[row];
    x.push(signals);
    y.push([last[row] > 0 ? 1 : 0]);
  }
}
const data = { data: Float32Array.from(x.flat()), shape: [x.length, steps, 1] };

for (const stateful of [false, true]) {
  const model = sequential([
    input({ shape: [steps, 1] }),
    gru({ units: 8, stateful }),
    dense({ units: 1, activation: "sigmoid" }),
  ]);
  const optimizer = adam({ learningRate: 0.01 });
  model.compile({ optimizer, loss: "binaryCrossentropy", metrics: ["accuracy"], seed: 1 });
  await model.fit(data, y, { epochs: 40, batchSize: rows, shuffle: false }); // every epoch begins with zeros
  const { accuracy } = await model.evaluate(data, y, { batchSize: rows });
  console.log(`${stateful ? "goes on" : "begins anew"}: accuracy ${accuracy.toFixed(3)}`);
  if (stateful !== accuracy > 0.9) throw new Error("expected the stateful layer alone to know");

  // predict goes on from call to call, until resetStates().
  const first = { data: data.data.slice(0, rows * steps), shape: [rows, steps, 1] };
  const calls = [await model.predict(first), await model.predict(first)];
  await model.resetStates();
  calls.push(await model.predict(first));
  const same = (a, b) => a.data.every((value, i) => value === b.data[i]);
  if (same(calls[0], calls[1]) === stateful || !same(calls[0], calls[2])) throw new Error("expected states to go on");
  await model.dispose();
}
