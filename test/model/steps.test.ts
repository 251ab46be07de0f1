// Losses and metrics over outputs of several axes, through the public API: what a model of one step says of each step by itself.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  activation,
  type CompileOptions,
  type DataInput,
  defineLoss,
  defineMetric,
  input,
  type Model,
  masking,
  sequential,
} from "../../src/index.js";
import { type LossName, losses } from "../../src/losses/index.js";
import type { MetricSpec } from "../../src/metrics/index.js";
import { close, mean } from "./reference.js";
import { labelled, shaped } from "./steps.js";

const test = suite("losses and metrics of steps");
type Loss = Exclude<CompileOptions["loss"], string | undefined>;

const B = 5;
/** A last activation that a loss goes with. */
const lastOf = (name: LossName) => (losses[name].fused ?? losses[name].after ?? ["linear"])[0]!;
/** Targets in the range of a loss. */
function targetsOf(name: LossName, shape: number[], seed = 7) {
  if (losses[name].target === "labels") return labelled(shape.slice(0, -1), shape.at(-1)!, seed);
  return shaped(shape, seed, (random) => Math.abs(random));
}
/** A model that is its last activation alone. */
function bare(shape: number[], last: string, loss: Loss, metrics: CompileOptions["metrics"] = []): Model {
  const model = sequential([input({ shape }), activation(last)]);
  model.compile({ optimizer: "sgd", loss, metrics, numerics: "strict", workers: 2 });
  return model;
}
const flat = ({ data, shape }: { data: Float32Array | Int32Array; shape: number[] }, axes: number) => ({
  data,
  shape: [shape.slice(0, -axes).reduce((a, b) => a * b), ...(axes ? shape.slice(-axes) : [])],
});

for (const name of Object.keys(losses) as LossName[]) {
  test(`${name}: loss and gradient are those of the steps by themselves`, async () => {
    const { vector, oneUnit, target } = losses[name];
    const loss = { name } as Loss;
    for (const units of [1, 3, 8, 27]) {
      if (units === 1 && oneUnit) continue;
      await using alone = bare([units], lastOf(name), loss);
      for (const steps of [1, 3, 7]) {
        const x = shaped([B, steps, units], steps + units);
        const y = targetsOf(name, [B, steps, units]);
        await using whole = bare([steps, units], lastOf(name), loss);
        const each = target === "labels" ? y.data : flat(y, 1);
        const want = await alone.gradients(flat(x, 1), each);
        const got = await whole.gradients(x, y);
        close([got.loss, (await whole.evaluate(x, y)).loss!], [want.loss, want.loss]);
        assert.equal(got.input.shape, [B, steps, units]);
        if (vector) assert.equal(got.input.data, want.input.data, `${steps} steps of ${units}`);
        else close(got.input.data, want.input.data, 1e-6, `${steps} steps of ${units}`);
      }
    }
  });
}

test("an image of classes, with smoothed labels, through a softmax that no loss is fused with, and to outputs", async () => {
  const x = shaped([B, 2, 3, 5], 1);
  const y = labelled([B, 2, 3], 5);
  const smooth = { name: "sparseCategoricalCrossentropy", labelSmoothing: 0.1 } as const;
  for (const [last, loss, targets, each] of [
    ["softmax", smooth, y, y.data],
    ["softmax", { name: "meanSquaredError" }, x, flat(x, 1)],
    ["logSoftmax", { name: "huber" }, x, flat(x, 1)],
  ] as const) {
    await using whole = bare([2, 3, 5], last, loss);
    await using alone = bare([5], last, loss);
    const [got, want] = [await whole.gradients(x, targets), await alone.gradients(flat(x, 1), each as DataInput)];
    close([got.loss], [want.loss]);
    close(got.input.data, want.input.data, 1e-6, last);
    const outputs = await whole.predict(x);
    assert.equal(outputs.shape, [B, 2, 3, 5]);
    assert.equal(outputs.data, (await alone.predict(flat(x, 1))).data);
  }
});

/** Steps of zeros do not count: those of row 1 all, in other rows some. */
const counts = (row: number, step: number) => row !== 1 && (row + step) % 3 !== 0;
const maskedSteps = (shape: [number, number, number], seed: number) => {
  const { data } = shaped(shape, seed);
  const [, steps, units] = shape;
  const step = (i: number) => Math.floor(i / units);
  return { data: data.map((value, i) => (counts(Math.floor(step(i) / steps), step(i) % steps) ? value : 0)), shape };
};

const asked = ["accuracy", "sparseTopKCategoricalAccuracy", "topKCategoricalAccuracy", "categoricalAccuracy"] as const;
const errors = ["meanSquaredError", "meanAbsoluteError", "binaryAccuracy"] as const;
const farthest = defineMetric((target, prediction) => prediction.subtract(target).abs().max(), {
  name: "farthest",
});

for (const masked of [false, true]) {
  test(`metrics are means over the steps${masked ? " that count" : ""}, and so is a loss of one's own`, async () => {
    const own = defineLoss((target, prediction) => prediction.subtract(target).square().sum().sqrt(), {
      name: "far",
    });
    const [steps, units] = [4, 7];
    const plans = [
      ["softmax", { name: "sparseCategoricalCrossentropy" }, asked.slice(0, 2)],
      ["softmax", { name: "categoricalCrossentropy" }, [...asked.slice(2), ...errors, farthest]],
      ["sigmoid", { name: "binaryCrossentropy" }, ["accuracy", ...errors.slice(0, 2), "rootMeanSquaredError"]],
      ["linear", own, ["accuracy", farthest]],
    ] as const;
    for (const [last, loss, names] of plans) {
      const metrics = names.map((name) =>
        typeof name === "string" && name.includes("TopK") ? { name, k: 2 } : name,
      ) as MetricSpec[];
      const x = masked ? maskedSteps([B, steps, units], 3) : shaped([B, steps, units], 3);
      const name = loss.name as LossName;
      const y = name in losses ? targetsOf(name, [B, steps, units]) : shaped([B, steps, units], 9);
      const whole = sequential([input({ shape: [steps, units] }), ...(masked ? [masking()] : []), activation(last)]);
      whole.compile({ optimizer: "sgd", loss: loss as Loss, metrics, numerics: "strict", workers: 2 });
      await using alone = bare([units], last, loss as Loss, metrics);
      const size = y.data.length / (B * steps);
      /** What the model of one step says of one of them, or 0. */
      const of = async (row: number, step: number) => {
        const at = row * steps + step;
        const inputs = { data: x.data.slice(at * units, (at + 1) * units), shape: [1, units] };
        const {
          loss,
          dataLoss: _,
          penalty: __,
          ...values
        } = await alone.evaluate(inputs, y.data.slice(at * size, (at + 1) * size));
        return { loss: loss!, ...values };
      };
      const rows = [];
      for (let row = 0; row < B; row++) {
        const taken = Array.from({ length: steps }, (_, step) => step).filter((step) => !masked || counts(row, step));
        rows.push(await Promise.all(taken.map((step) => of(row, step))));
      }
      const got: Record<string, number> = await whole.evaluate(x, y);
      for (const key of ["loss", ...metrics.map((metric) => (typeof metric === "string" ? metric : metric.name))]) {
        const power = key === "rootMeanSquaredError" ? 2 : 1;
        const means = rows.map((taken) =>
          taken.length ? mean(taken.map((values) => (values as Record<string, number>)[key]! ** power)) : 0,
        );
        close([got[key]!], [mean(means) ** (1 / power)], 2e-6, `${last}: ${key}`);
      }
      await whole.dispose();
    }
  });
}

test.run();
