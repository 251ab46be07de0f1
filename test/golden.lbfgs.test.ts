import { suite } from "uvu";
import { dense, input, lbfgs, sequential } from "../src/index.js";
import golden from "./golden/lbfgs.json";
import { close, generator, kernelFrom, NUMERICS } from "./golden.js";

const test = suite("golden L-BFGS");

for (const numerics of NUMERICS) {
  for (const { name, options, lcgSeed, losses, x, y, finalParameters } of golden.cases) {
    test(`${name}: losses of ${losses.length} steps and final weights (${numerics})`, async () => {
      const kernelRegularizer = { l2: options.l2 };
      await using model = sequential([
        input({ shape: [5] }),
        dense({ units: 4, activation: "tanh", kernelRegularizer }),
        dense({ units: 3, kernelRegularizer }),
      ]);
      const optimizer = lbfgs({ learningRate: options.lr, memory: options.history_size });
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
        { data: kernelFrom(next, 5, 4) },
        { data: [0, 0, 0, 0] },
        { data: kernelFrom(next, 4, 3) },
        { data: [0, 0, 0] },
      ]);
      const { epochs } = await model.fit(x, y, { batchSize: "full", shuffle: false, epochs: losses.length });
      epochs.forEach(({ dataLoss }, step) => {
        // Each direction hangs on differences of gradients: what float32 rounds off grows from step to step.
        close([dataLoss], [losses[step]!], step < 6 ? 1e-5 : 1e-3, `loss of step ${step}`, 1e-3);
      });
      const weights = await model.getWeights();
      finalParameters.forEach(({ data }, i) => {
        close(weights[i]!.data, data, 1e-3, weights[i]!.name);
      });
    });
  }
}

test.run();
