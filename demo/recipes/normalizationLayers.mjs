// Without normalization a deep net of sigmoids hardly starts to learn: values and gradients shrink from layer to layer.
import {
  activation,
  batchNormalization,
  dense,
  groupNormalization,
  input,
  layerNormalization,
  rmsNormalization,
  sequential,
  sgd,
} from "whetstone";

const noise = (i) => (Math.sin(12.9898 * i) * 43758.5453) % 1; // in (-1, 1), the same every time
const x = Array.from({ length: 256 }, (_, r) => Array.from({ length: 8 }, (_, c) => 20 * noise(8 * r + c + 1) + 10));
const y = Float32Array.from(x, (row) => (row[0] * row[1] > 100 ? 1 : 0)); // one label a row

async function lossWith(normalization) {
  const hidden = () => [dense({ units: 16 }), ...(normalization ? [normalization()] : []), activation("sigmoid")];
  const model = sequential([
    ...[input({ shape: [8] }), ...hidden(), ...hidden(), ...hidden(), ...hidden()],
    dense({ units: 2, activation: "softmax" }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: "sparseCategoricalCrossentropy", seed: 1 });
  const { epochs } = await model.fit(x, y, { epochs: 10, batchSize: 32 });
  await model.dispose();
  return epochs.at(-1).loss;
}

const groups = () => groupNormalization({ groups: 4 });
const layers = { none: undefined, batchNormalization, layerNormalization, rmsNormalization, groups };
const losses = {};
for (const [name, layer] of Object.entries(layers)) losses[name] = await lossWith(layer);
console.log(
  Object.entries(losses)
    .map(([name, loss]) => `${name} ${loss.toFixed(3)}`)
    .join(", "),
);
const expected = losses.batchNormalization < 0.5 * losses.none && losses.groups < losses.none;
if (!expected) throw new Error("expected lower losses with normalization of batches and groups");
