// Models and data that are right, for calls that are wrong in one other thing.
import { dense, input, sequential } from "../../src/index.js";

export const first = input({ shape: [4] });
export const net = (units: number, activation = "linear") => sequential([first, dense({ units, activation })]);
export const compiled = (units: number, activation: string, options: object) => {
  const model = net(units, activation);
  model.compile({ optimizer: "sgd", ...options });
  return model;
};
export const sparse = "sparseCategoricalCrossentropy";
export const classifier = () => compiled(3, "softmax", { loss: sparse, metrics: ["accuracy"] });

export const x = new Float32Array(8 * 4);
export const y = new Int32Array(8);
