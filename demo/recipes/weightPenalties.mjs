// L1, L2 and both (ElasticNet) hold the weights of a large net small; the gap to new rows shrinks.
import { adam, dense, input, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const columns = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const x = Array.from({ length: 460 }, (_, r) => columns.map((c) => noise(10 * r + c)));
const y = x.map((row, r) => [row[0] - row[1] + 0.5 * noise(r + 0.5)]);

async function gapWith(kernelRegularizer) {
  const model = sequential([
    input({ shape: [10] }),
    dense({ units: 64, activation: "relu", kernelRegularizer }),
    dense({ units: 1, kernelRegularizer }),
  ]);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x.slice(0, 60), y.slice(0, 60), { epochs: 150 });
  const seen = await model.evaluate(x.slice(0, 60), y.slice(0, 60));
  const unseen = await model.evaluate(x.slice(60), y.slice(60));
  await model.dispose();
  return unseen.dataLoss - seen.dataLoss;
}

const without = await gapWith(undefined);
for (const penalty of [{ l1: 0.003 }, { l2: 0.01 }, { l1: 0.001, l2: 0.01 }]) {
  const gap = await gapWith(penalty);
  console.log(
    `${JSON.stringify(penalty)}: loss on new rows minus loss ${gap.toFixed(3)}, without ${without.toFixed(3)}`,
  );
  if (!(gap < 0.8 * without)) throw new Error("expected a smaller gap");
}
