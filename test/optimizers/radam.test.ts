// RAdam runs Adam's kernel; what is its own are the numbers of a step.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { radam } from "../../src/optimizers/radam.js";
import { generator } from "../oracle.js";
import { updateTests } from "./updates.js";

type Setting = [rate: number, beta1: number, beta2: number, epsilon: number];
const test = suite("radam");

const numbers = ([rate, beta1, beta2, epsilon]: Setting, t: number) =>
  radam.hyper(
    { learningRate: rate, beta1, beta2, epsilon },
    rate,
    Float64Array.of(beta1 ** t, beta2 ** t),
    t,
    0,
  ) as number[];

/** One step as the paper has it, with moments that are not corrected. */
function step([rate, beta1, beta2, epsilon]: Setting, t: number, m: number, v: number): number {
  const most = 2 / (1 - beta2) - 1;
  const length = most - (2 * t * beta2 ** t) / (1 - beta2 ** t);
  const mean = m / (1 - beta1 ** t);
  if (length <= 5) return rate * mean;
  const rectifier = Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length));
  return (rate * mean * rectifier * Math.sqrt(1 - beta2 ** t)) / (Math.sqrt(v) + epsilon);
}

const settings: Setting[] = [
  [0.01, 0.9, 0.999, 1e-7],
  [0.01, 0.9, 0.9, 1e-3],
  [0.01, 0, 0.5, 1e-7],
  [0.01, 0.5, 0, 1e-7],
];

// The kernel of the first, plain steps and that of the later ones are one.
updateTests(test, {
  kernel: "adam_update",
  slots: ["mean", "variance"],
  positive: ["variance"],
  settings,
  hyper: numbers,
  step: (w, g, [mean, variance], hyper) => {
    const [rate, root, beta1, rest1, beta2, rest2, epsilon] = Array.from(hyper) as [number, ...number[]];
    const m = beta1! * mean! + rest1! * g;
    const v = beta2! * variance! + rest2! * g * g;
    return { w: w - (rate * m) / (Math.sqrt(v) * root! + epsilon!), slots: [m, v] };
  },
});

test("the numbers of a step give the steps of the paper, plain ones and rectified ones", () => {
  const random = generator(5);
  for (const setting of settings) {
    let plain = 0;
    for (const t of [...Array.from({ length: 40 }, (_, i) => i + 1), 1000, 100000]) {
      const [m, v] = [random(), random() + 1.5];
      const [rate, root, , , , , epsilon] = numbers(setting, t);
      const got = (rate! * m) / (Math.sqrt(v) * root! + epsilon!);
      const want = step(setting, t, m, v);
      assert.ok(Math.abs(got - want) <= 1e-12 * Math.abs(want), `${setting}, step ${t}: ${got}, want ${want}`);
      if (!root) plain++;
    }
    assert.is(plain, setting[2] >= 0.9 ? 5 : 42, `plain steps of ${setting}`);
  }
});

test.run();
