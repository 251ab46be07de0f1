// Metrics of one's own: how many predictions are close enough, and the worst error of a row.
import { adam, defineMetric, dense, input, sequential } from "whetstone";

const close = defineMetric((target, prediction) => prediction.subtract(target).abs().less(0.1), { name: "close" });
const worst = defineMetric((target, prediction) => prediction.subtract(target).abs().max(), { name: "worst" });

const x = Array.from({ length: 400 }, (_, i) => [Math.sin(i), Math.cos(7 * i)]);
const y = x.map(([a, b]) => [a * b, a + b]);

const model = sequential([input({ shape: [2] }), dense({ units: 16, activation: "tanh" }), dense({ units: 2 })]);
model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: "meanSquaredError", metrics: [close, worst], seed: 1 });
const { epochs } = await model.fit(x, y, { epochs: 30, validationSplit: 0.2 });
await model.dispose();

const [first, last] = [epochs[0], epochs.at(-1)];
console.log(`predictions within 0.1: ${(100 * first.valClose).toFixed(0)} % -> ${(100 * last.valClose).toFixed(0)} %`);
console.log(`worst error of a row: ${first.valWorst.toFixed(3)} -> ${last.valWorst.toFixed(3)} on average`);
if (!(last.valClose > 0.8 && last.valWorst < first.valWorst)) throw new Error("the metrics did not improve");
