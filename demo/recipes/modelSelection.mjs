// Which of several penalties? All are tried on the same folds; within one standard error of the best, the simplest wins.
import { adam, dense, input, select, sequential } from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 80 }, (_, r) => Array.from({ length: 20 }, (_, c) => noise(20 * r + c)));
const y = x.map((row, r) => [row[0] - row[1] + noise(r + 0.5)]);

const build = (l2) => ({
  model: sequential([input({ shape: [20] }), dense({ units: 1, kernelRegularizer: { l2 } })]),
  compile: { optimizer: adam({ learningRate: 0.05 }), loss: "meanSquaredError" },
});
const { best, simplest, table } = await select({ values: [0, 0.01, 0.1, 1], build }, x, y, {
  folds: 4,
  seed: 1,
  monitor: "dataLoss", // without the penalty, which differs
  simplest: "last", // the strongest penalty makes the simplest model
  fit: { epochs: 60, batchSize: "full" },
});
console.log(`dataLoss by l2: ${table.map(({ value, mean }) => `${value}: ${mean.dataLoss.toFixed(3)}`).join(", ")}`);
console.log(`best ${best.value}, about as good and simpler ${simplest.value}`);
if (!(best.value > 0 && best.value < 1 && simplest.value >= best.value))
  throw new Error("expected a penalty in between");
