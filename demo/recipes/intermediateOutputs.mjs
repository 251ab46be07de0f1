// Intermediate outputs: what a layer inside a trained model gives, here the two numbers an autoencoder keeps of eight.
import { adam, dense, input, sequential } from "whetstone";

const model = sequential([
  input({ shape: [8] }),
  dense({ units: 8, activation: "tanh" }),
  dense({ units: 2, name: "code" }),
  dense({ units: 8, activation: "tanh" }),
  dense({ units: 8 }),
]);
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 3 });

// Eight waves that two numbers decide about.
const rows = Array.from({ length: 300 }, (_, i) => {
  const [a, b] = [((i * 0.754878) % 1) - 0.5, ((i * 0.56984) % 1) - 0.5];
  return Array.from({ length: 8 }, (_, k) => a * Math.cos(k) + b * Math.sin(k));
});
const before = await model.evaluate(rows, rows);
await model.fit(rows, rows, { epochs: 40 });
const after = await model.evaluate(rows, rows);

const code = await model.predict(rows, { layer: "code" });
await model.dispose();

console.log(`codes: ${code.shape.join(" x ")}, the first one ${[...code.data.slice(0, 2)].map((v) => v.toFixed(3))}`);
console.log(`error of what comes back from the codes: ${before.loss.toFixed(4)} -> ${after.loss.toFixed(4)}`);
if (`${code.shape}` !== "300,2") throw new Error("expected two numbers a row");
if (!(after.loss < 0.1 * before.loss)) throw new Error("expected the codes to keep what the rows say");
