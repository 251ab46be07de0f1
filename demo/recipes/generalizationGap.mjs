// Logs hold the gap between validation and training loss, and the history says in plain words what it sees.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 500 }, (_, r) => Array.from({ length: 10 }, (_, c) => noise(10 * r + c)));
const y = x.map((row, r) => [row[0] + 0.5 * noise(r + 0.5)]);

async function hintOf(rows, units, epochs) {
  const model = sequential([input({ shape: [10] }), dense({ units, activation: "relu" }), dense({ units: 1 })]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1 });
  const history = await model.fit(x.slice(0, rows), y.slice(0, rows), { epochs, validationSplit: 0.3 });
  await model.dispose();
  const { generalizationGap } = history.epochs.at(-1);
  console.log(`${rows} rows, ${units} units: gap ${generalizationGap.toFixed(2)}. ${history.hint}`);
  return history.hint;
}

const large = await hintOf(100, 128, 100);
const small = await hintOf(500, 2, 6);
if (!/^Overfitting/.test(large) || !/^Underfitting/.test(small)) throw new Error("expected a hint");
