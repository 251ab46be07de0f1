import { suite } from "uvu";
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  flatten,
  input,
  lstm,
  type ModelSpec,
  maxPooling2d,
  sequential,
  sgd,
} from "../src/index.js";
import golden from "./golden/training_nets.json";
import { close, generator, NUMERICS, type Tensor } from "./golden.js";

const test = suite("golden training of small nets");

interface Case {
  name: string;
  options: { lr: number; momentum: number };
  lcgSeed: number;
  losses: number[];
  inputShape: number[];
  x: Tensor;
  y: Tensor;
  finalParameters: Tensor[];
}

/** The layers of a case, and what its weights are before training: the limit of random ones, or one value for all. */
const nets: Record<
  string,
  { layers: ModelSpec["layers"][number][]; initial: (number | { fans: [number, number] })[] }
> = {
  convnet: {
    layers: [
      conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 3, activation: "softmax" }),
    ],
    initial: [{ fans: [9, 36] }, 0, { fans: [64, 3] }, 0],
  },
  "batchnorm net": {
    layers: [
      dense({ units: 8 }),
      batchNormalization({ epsilon: 1e-3 }),
      activation("relu"),
      dense({ units: 3, activation: "softmax" }),
    ],
    initial: [{ fans: [5, 8] }, 0, 1, 0, { fans: [8, 3] }, 0],
  },
  "lstm net": {
    layers: [lstm({ units: 4 }), dense({ units: 3, activation: "softmax" })],
    initial: [{ fans: [3, 16] }, { fans: [4, 16] }, 0, { fans: [4, 3] }, 0],
  },
};

for (const numerics of NUMERICS) {
  for (const { name, options, lcgSeed, losses, inputShape, x, y, finalParameters } of golden.cases as Case[]) {
    const net = nets[name];
    if (!net) continue;
    test(`${name}: losses of ${losses.length} steps and final weights (${numerics})`, async () => {
      await using model = sequential([input({ shape: inputShape }), ...net.layers]);
      const optimizer = sgd({ learningRate: options.lr, momentum: options.momentum });
      model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", numerics, workers: 2 });
      const next = generator(lcgSeed);
      close(
        x.data,
        x.data.map(() => 2 * next()),
        1e-7,
        "what the generator gives",
      );
      // Labels come from the same stream.
      for (const label of y.data) close([Math.floor(3 * (next() + 0.5))], [label], 0, "a label");
      // All but moving statistics.
      const before = await model.getWeights();
      const trained = before.flatMap(({ name }, i) => (name.includes("moving") ? [] : [i]));
      const drawn = net.initial.map((initial, i) => {
        const size = finalParameters[i]!.data.length;
        const limit = typeof initial === "number" ? 0 : Math.sqrt(6 / (initial.fans[0] + initial.fans[1]));
        return {
          data: Array.from({ length: size }, () => (typeof initial === "number" ? initial : 2 * next() * limit)),
        };
      });
      await model.setWeights(before.map((weight, i) => drawn[trained.indexOf(i)] ?? weight));
      for (const [step, want] of losses.entries()) {
        const { dataLoss } = await model.trainOnBatch(x, y.data);
        close([dataLoss], [want], 1e-5, `loss of step ${step}`, 1e-2);
      }
      const weights = await model.getWeights();
      finalParameters.forEach(({ data }, i) => {
        const { data: got, name } = weights[trained[i]!]!;
        close(got, data, 1e-5, name);
      });
    });
  }
}

test.run();
