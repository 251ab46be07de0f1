// A series cut into windows: twelve steps in, the next two out.
import { adam, dense, flatten, input, sequential, timeSeriesWindows } from "whetstone";

const series = Float32Array.from({ length: 400 }, (_, t) => Math.sin(t / 4) + 0.3 * Math.sin(t / 1.5));
const { x, y } = timeSeriesWindows(series.subarray(0, 300), { length: 12, horizon: 2 });
const later = timeSeriesWindows(series.subarray(300), { length: 12, horizon: 2 });

const model = sequential([
  input({ shape: [12, 1] }),
  flatten(),
  dense({ units: 16, activation: "tanh" }),
  dense({ units: 2 }),
]);
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", metrics: ["rSquared"], seed: 1 });
await model.fit(x, y, { epochs: 40 });
const { rSquared } = await model.evaluate(later.x, later.y);
await model.dispose();

console.log(`${x.shape[0]} windows of ${x.shape[1]} steps; R squared of later steps ${rSquared.toFixed(3)}`);
if (!(rSquared > 0.9)) throw new Error("expected the series to be foretold");
