// A penalty on what a layer gives out leaves only the values that matter: here most of an autoencoder's code is zero.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
// Rows of 12 values that follow from two of 12 patterns.
const pattern = (k) => Array.from({ length: 12 }, (_, c) => noise(12 * k + c));
const x = Array.from({ length: 300 }, (_, r) => {
  const [a, b] = [pattern(Math.floor(6 * Math.abs(noise(r)))), pattern(6 + Math.floor(6 * Math.abs(noise(r + 0.5))))];
  return a.map((value, c) => value + b[c]);
});

async function codes(activityRegularizer) {
  const encoder = dense({ units: 24, activation: "relu", activityRegularizer });
  const model = sequential([input({ shape: [12] }), encoder, dense({ units: 12 })]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, x, { epochs: 60 });
  const { dataLoss } = await model.evaluate(x, x);
  const code = sequential([input({ shape: [12] }), dense({ units: 24, activation: "relu" })]);
  await code.setWeights((await model.getWeights()).slice(0, 2));
  const { data } = await code.predict(x);
  await model.dispose();
  await code.dispose();
  return { zeros: data.filter((value) => value < 1e-3).length / data.length, dataLoss };
}

const [plain, penalised] = [await codes({ l1: 0 }), await codes({ l1: 0.003 })];
const share = ({ zeros, dataLoss }) => `${(100 * zeros).toFixed(0)} % zeros at a loss of ${dataLoss.toFixed(3)}`;
console.log(`codes: ${share(plain)}, with an activity penalty ${share(penalised)}`);
if (!(penalised.zeros > plain.zeros + 0.1)) throw new Error("expected more zeros");
