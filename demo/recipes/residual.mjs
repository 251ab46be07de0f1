// A residual net: each block adds what it computes to what it was given, so that deep nets keep learning.
import { adam, add, dense, functional, input } from "whetstone";

const rows = Array.from({ length: 200 }, (_, i) => [0.754878, 0.56984].map((step) => 2 * ((i * step) % 1) - 1));
const target = rows.map(([a, b]) => [a * b]);

/** Eight blocks of two layers, with or without the way around them. */
const deep = (around) => {
  const x = input({ shape: [2] });
  let h = dense({ units: 8 }).apply(x);
  for (let block = 0; block < 8; block++) {
    const inner = dense({ units: 8, activation: "sigmoid" }).apply(h);
    const outer = dense({ units: 8 }).apply(inner);
    h = around ? add().apply([outer, h]) : outer;
  }
  return functional({ inputs: x, outputs: dense({ units: 1 }).apply(h) });
};

const losses = [];
for (const around of [false, true]) {
  const model = deep(around);
  model.compile({ optimizer: adam({ learningRate: 0.005 }), loss: "meanSquaredError", seed: 1 });
  const { epochs } = await model.fit(rows, target, { epochs: 25, batchSize: 20 });
  losses.push(epochs.at(-1).loss);
  await model.dispose();
}
console.log(`17 layers deep, loss ${losses[0].toFixed(4)} as a plain stack, ${losses[1].toFixed(4)} with additions`);
if (!(losses[1] < losses[0] / 2)) throw new Error(`expected additions to help, got losses ${losses}`);
