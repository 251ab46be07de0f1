import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Update, updater, updateTests } from "./updates.js";

interface Setting {
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}
const test = suite("adam");

const adam: Update = {
  kernel: "adam_update",
  slots: ["mean", "variance"],
  positive: ["variance"],
  settings: [
    { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    { rate: 0.01, beta1: 0, beta2: 0, epsilon: 1e-7 },
    { rate: 0.01, beta1: 0, beta2: 0.999, epsilon: 1e-8 },
    { rate: 0.01, beta1: 0.9, beta2: 0.99999, epsilon: 1e-3 },
    { rate: 0.01, beta1: 0.99, beta2: 0.9, epsilon: 1 },
    { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-15 },
  ],
  hyper: ({ rate, beta1, beta2, epsilon }: Setting, t) => [
    rate / (1 - beta1 ** t),
    1 / Math.sqrt(1 - beta2 ** t),
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon,
  ],
  step: (w, g, [mean, variance], hyper) => {
    const [rate, root, beta1, rest1, beta2, rest2, epsilon] = Array.from(hyper) as [number, ...number[]];
    const m = beta1! * mean! + rest1! * g;
    const v = beta2! * variance! + rest2! * g * g;
    return { w: w - (rate * m) / (Math.sqrt(v) * root! + epsilon!), slots: [m, v] };
  },
};
updateTests(test, adam);

const amsgrad: Update = {
  ...adam,
  kernel: "adam_amsgrad_update",
  slots: ["mean", "variance", "largest"],
  positive: ["variance", "largest"],
  step: (w, g, [mean, variance, largest], hyper) => {
    const [rate, root, beta1, rest1, beta2, rest2, epsilon] = Array.from(hyper) as [number, ...number[]];
    const m = beta1! * mean! + rest1! * g;
    const v = beta2! * variance! + rest2! * g * g;
    const most = Math.max(largest!, v);
    return { w: w - (rate * m) / (Math.sqrt(most) * root! + epsilon!), slots: [m, v, most] };
  },
};
updateTests(test, amsgrad);

for (const build of kernelBuilds()) {
  test(`the least epsilon leaves weights that never had a gradient where they are (${build.name})`, () => {
    const tensors = updater(build, adam, 8, 1, 7);
    tensors.weight.set([1, -1, 0.5, 0.5]);
    tensors.gradient.set([0, 0, 3, -3]);
    for (let t = 1; t <= 3; t++) {
      tensors.hyper.set(adam.hyper({ rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-15 } as never, t));
      tensors.run();
    }
    assert.equal([...tensors.weight.slice(0, 2)], [1, -1]);
    assert.ok(Math.abs(tensors.weight[2]! - 0.47) < 1e-5);
    assert.ok(Math.abs(tensors.weight[3]! - 0.53) < 1e-5);
    assert.is(tensors.flag[0], 0);
  });

  test(`a gradient that fades out never moves a weight by more than a few rates (${build.name})`, () => {
    for (const epsilon of [1e-15, 1e-12, 1e-7]) {
      const tensors = updater(build, adam, 8, 1, 7);
      tensors.gradient.fill(1);
      for (let t = 1; t <= 2000; t++) {
        tensors.hyper.set(adam.hyper({ rate: 0.001, beta1: 0.9, beta2: 0.9, epsilon } as never, t));
        const before = tensors.weight[0]!;
        tensors.run();
        assert.ok(Math.abs(tensors.weight[0]! - before) < 0.008, `step ${t}, epsilon ${epsilon}`);
        tensors.gradient.forEach((g, i) => {
          tensors.gradient[i] = g * 0.9;
        });
      }
      assert.equal([...tensors.slots[0]!, ...tensors.slots[1]!], Array(16).fill(0));
    }
  });
}

test.run();
