// The relatives of dropout. All of them act in training alone and leave predictions as they are.
import { alphaDropout, dense, gaussianDropout, gaussianNoise, input, sequential, spatialDropout } from "whetstone";

const x = Array.from({ length: 200 }, (_, i) => Math.sin(i) + 1);
const layers = {
  "gaussianNoise, added": gaussianNoise({ stddev: 0.2 }),
  "gaussianDropout, multiplied": gaussianDropout({ rate: 0.2 }),
  "alphaDropout, for selu": alphaDropout({ rate: 0.2 }),
  "spatialDropout, whole channels": spatialDropout({ rate: 0.2 }),
};

for (const [name, layer] of Object.entries(layers)) {
  const model = sequential([input({ shape: [1] }), layer, dense({ units: 1, kernelInitializer: "ones" })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 1 });
  const { data } = await model.predict(x);
  // The loss of one batch in training: how far the noise moves the outputs from the inputs.
  const { loss } = await model.trainOnBatch(x, x);
  await model.dispose();
  const moved = data.some((value, i) => Math.abs(value - x[i]) > 1e-6);
  console.log(`${name}: moves values by ${Math.sqrt(loss).toFixed(2)} in training, predictions by nothing`);
  if (moved || !(loss > 0.01)) throw new Error("expected noise in training alone");
}
