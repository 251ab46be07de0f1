import { suite } from "uvu";
import { dense, input, type Model, sequential } from "../src/index.js";
import golden from "./golden/training_small.json";
import {
  close,
  generator,
  kernelFrom,
  NUMERICS,
  optimizerOf,
  penaltyOf,
  type Tensor,
  type TorchOptions,
} from "./golden.js";

interface Case {
  name: string;
  options: TorchOptions;
  lcgSeed: number;
  losses: number[];
  x: Tensor;
  y: Tensor;
  finalParameters: Tensor[];
}
const cases: Case[] = golden.cases;
const test = suite("golden training_small");

/** Dense 5-4 tanh, dense 4-3 linear, with the case's weights and optimizer; its weight decay is on kernels and biases. */
async function modelOf({ name, options, lcgSeed, x, y }: Case, numerics: "strict" | "fast"): Promise<Model> {
  const family = name.replace("optimizer ", "");
  const penalty = { l2: penaltyOf(family, options) };
  const regularizers = penalty.l2 ? { kernelRegularizer: penalty, biasRegularizer: penalty } : {};
  const model = sequential([
    input({ shape: [5] }),
    dense({ units: 4, activation: "tanh", ...regularizers }),
    dense({ units: 3, ...regularizers }),
  ]);
  const optimizer = optimizerOf(family, options);
  model.compile({ optimizer, loss: "meanSquaredError", numerics, workers: 2 });
  const next = generator(lcgSeed);
  for (const tensor of [x, y])
    close(
      tensor.data,
      tensor.data.map(() => 2 * next()),
      1e-7,
      "what the generator gives",
    );
  await model.setWeights([
    { shape: [5, 4], data: kernelFrom(next, 5, 4) },
    { shape: [4], data: [0, 0, 0, 0] },
    { shape: [4, 3], data: kernelFrom(next, 4, 3) },
    { shape: [3], data: [0, 0, 0] },
  ]);
  return model;
}

async function checkFinal(model: Model, { finalParameters }: Case): Promise<void> {
  const weights = await model.getWeights();
  finalParameters.forEach(({ data }, i) => {
    close(weights[i]!.data, data, 1e-5, weights[i]!.name);
  });
}

for (const numerics of NUMERICS) {
  for (const c of cases) {
    test(`${c.name}, by trainOnBatch (${numerics})`, async () => {
      await using model = await modelOf(c, numerics);
      for (const [step, want] of c.losses.entries()) {
        const { dataLoss } = await model.trainOnBatch(c.x, c.y);
        close([dataLoss], [want], 1e-5, `loss of step ${step}`, 1e-3);
      }
      await checkFinal(model, c);
    });
  }
}

for (const c of cases) {
  test(`${c.name}, by gradients and applyGradients`, async () => {
    await using model = await modelOf(c, "strict");
    for (let step = 0; step < c.losses.length; step++) {
      const { dataLoss } = await model.evaluate(c.x, c.y);
      close([dataLoss!], [c.losses[step]!], 1e-5, `loss of step ${step}`, 1e-3);
      await model.applyGradients(await model.gradients(c.x, c.y));
    }
    await checkFinal(model, c);
  });

  test(`${c.name}, by fit`, async () => {
    await using model = await modelOf(c, "strict");
    const { epochs } = await model.fit(c.x, c.y, { epochs: c.losses.length, batchSize: 6, shuffle: false });
    close(
      epochs.map(({ dataLoss }) => dataLoss),
      c.losses,
      1e-5,
      "losses",
      1e-3,
    );
    await checkFinal(model, c);
  });
}

test.run();
