// One wild target would throw the weights far away; a limit of the gradients' norm keeps the steps short.
import { dense, input, sequential, sgd } from "whetstone";

const x = Array.from({ length: 64 }, (_, i) => [i / 32 - 1]);
const y = x.map(([v], i) => [i === 40 ? 1e6 : 2 * v]);

async function distance(limit) {
  const model = sequential([input({ shape: [1] }), dense({ units: 1 })]);
  // clipValue limits each value, clipNorm each tensor, globalClipNorm all gradients together.
  model.compile({ optimizer: sgd({ learningRate: 0.1, ...limit }), loss: "meanSquaredError", seed: 1 });
  await model.fit(x, y, { epochs: 20, batchSize: 8 });
  const [kernel] = await model.getWeights();
  await model.dispose();
  return Math.abs(kernel.data[0] - 2);
}

const free = await distance({});
for (const limit of [{ clipValue: 1 }, { clipNorm: 1 }, { globalClipNorm: 1 }]) {
  const clipped = await distance(limit);
  console.log(`${JSON.stringify(limit)}: slope is off by ${clipped.toFixed(2)}, without a limit by ${free.toFixed(0)}`);
  if (!(clipped < 0.5 && free > 10)) throw new Error("clipping had no effect");
}
