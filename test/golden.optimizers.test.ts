import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as whetstone from "../src/index.js";
import { dense, input, scheduleRate, sequential, sgd } from "../src/index.js";
import { optimizers } from "../src/optimizers/index.js";
import { type Rate, schedules as table } from "../src/schedules/index.js";
import golden from "./golden/optimizers.json";
import schedules from "./golden/schedules.json";
import { close, NUMERICS, optimizerOf, penaltyOf, type Tensor, type TorchOptions } from "./golden.js";

interface Case {
  name: string;
  options: TorchOptions;
  tensors: Record<"initial" | "gradients" | "weights", Tensor>;
}
const cases: Case[] = golden.cases;
const test = suite("golden optimizers");

/** Step t of a tensor of steps. */
const stepOf = ({ data, shape }: Tensor, t: number) => data.slice(t * shape[1]!, (t + 1) * shape[1]!);

for (const numerics of NUMERICS) {
  for (const { name, options, tensors } of cases) {
    const { initial, gradients, weights } = tensors;
    const [steps, width] = gradients.shape as [number, number];
    const optimizer = optimizerOf(name, options);

    const l2 = penaltyOf(name, options);

    // applyGradients adds no penalty, so it cannot show a weight decay that is one.
    if (!l2) {
      test(`${name}, gradients given (${numerics})`, async () => {
        const shape = [width, 1];
        await using model = sequential([input({ shape: [width] }), dense({ units: 1, useBias: false })]);
        model.compile({ optimizer, numerics });
        const kernel = (await model.getWeights())[0]!.name;
        await model.setWeights([{ name: kernel, shape, data: initial.data }]);
        for (let t = 0; t < steps; t++) {
          await model.applyGradients([{ name: kernel, shape, data: stepOf(gradients, t) }]);
          close((await model.getWeights())[0]!.data, stepOf(weights, t), 1e-6, `step ${t}`);
        }
      });
    }

    // One row, one unit, a target far below: the gradient of the absolute error is the row itself.
    test(`${name}, gradients from training (${numerics})`, async () => {
      await using model = sequential([
        input({ shape: [width] }),
        dense({ units: 1, useBias: false, kernelRegularizer: { l2 } }),
      ]);
      model.compile({ optimizer, loss: "meanAbsoluteError", numerics });
      await model.setWeights([{ shape: [width, 1], data: initial.data }]);
      for (let t = 0; t < steps; t++) {
        const { penalty } = await model.trainOnBatch([stepOf(gradients, t)], [[-1000]]);
        const before = t ? stepOf(weights, t - 1) : initial.data;
        close([penalty], [l2 * before.reduce((sum, w) => sum + w * w, 0)], 1e-6, "penalty");
        close((await model.getWeights())[0]!.data, stepOf(weights, t), 1e-6, `step ${t}`);
      }
    });
  }
}

test("every optimizer has its numbers, and every schedule of the file is a row of the table", () => {
  const known = new Set(cases.map(({ name, options }) => optimizerOf(name, options).type));
  // L-BFGS, which needs gradients at its own weights, has a file of its own: golden.lbfgs.test.ts.
  assert.equal([...known, "lbfgs"].sort(), Object.keys(optimizers).sort());
  const rows = [...Object.keys(table), "reduceOnPlateau"];
  assert.equal(
    schedules.cases.map(({ name }) => name).filter((name) => !rows.includes(name)),
    [],
  );
});

interface ScheduleCase {
  name: string;
  initial: number;
  rates: number[];
  formula?: string;
}

/** A schedule from all keys of a case but those that describe it. */
function scheduleOf({ name, rates: _, formula: __, ...config }: ScheduleCase): Rate {
  return (whetstone as unknown as Record<string, (config: object) => Rate>)[name]!(config);
}

/** So that 0 is near 0, and nothing else is. */
const RELATIVE = 1e-300;

for (const schedule of schedules.cases as ScheduleCase[]) {
  const { name, initial, rates } = schedule;
  // It depends on results: see schedules/plateau.test.ts.
  if (name === "reduceOnPlateau") continue;

  test(`${name}, the function`, () => {
    const learningRate = scheduleOf(schedule);
    const got = rates.map((_, step) => scheduleRate(learningRate, step));
    close(got, rates, 1e-12, "rate", RELATIVE);
    assert.equal(
      rates.map((_, step) => scheduleRate(JSON.parse(JSON.stringify(learningRate)), step)),
      got,
    );
  });

  test(`${name}, a rate for each step`, async () => {
    const learningRate = name === "constant" ? initial : scheduleOf(schedule);
    await using model = sequential([input({ shape: [1] }), dense({ units: 1, useBias: false })]);
    model.compile({ optimizer: sgd({ learningRate }), loss: "meanSquaredError" });
    const zero = { shape: [1, 1], data: [0] };
    for (const rate of rates) {
      await model.setWeights([zero]);
      await model.applyGradients([{ ...zero, data: [-1] }]);
      close((await model.getWeights())[0]!.data, [rate], 1e-7, "the weight after one step", RELATIVE);
    }
    model.compile({ optimizer: sgd({ learningRate }), loss: "meanSquaredError" });
    const { epochs } = await model.fit([1], [1], { epochs: rates.length });
    close(
      epochs.map((log) => log.learningRate),
      rates,
      1e-12,
      "rates in the log",
      RELATIVE,
    );
  });
}

test.run();
