import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Update, updater, updateTests } from "./updates.js";

interface Setting {
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  decay: number;
}
const test = suite("adamw");

const adamw: Update = {
  kernel: "adamw_update",
  slots: ["mean", "variance"],
  positive: ["variance"],
  settings: [
    { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.004 },
    { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 },
    { rate: 0.01, beta1: 0, beta2: 0.99, epsilon: 1e-3, decay: 0.5 },
    { rate: 0.1, beta1: 0.99, beta2: 0.9, epsilon: 1e-15, decay: 5 },
  ],
  hyper: ({ rate, beta1, beta2, epsilon, decay }: Setting, t) => [
    rate / (1 - beta1 ** t),
    1 / Math.sqrt(1 - beta2 ** t),
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon,
    decay * (1 - beta1 ** t),
  ],
  step: (w, g, [mean, variance], hyper) => {
    const [rate, root, beta1, rest1, beta2, rest2, epsilon, decay] = Array.from(hyper) as [number, ...number[]];
    const m = beta1! * mean! + rest1! * g;
    const v = beta2! * variance! + rest2! * g * g;
    const kept = w * (1 - rate * decay!);
    return { w: kept - (rate * m) / (Math.sqrt(v) * root! + epsilon!), slots: [m, v] };
  },
};
updateTests(test, adamw);

updateTests(test, {
  ...adamw,
  kernel: "adamw_amsgrad_update",
  slots: ["mean", "variance", "largest"],
  positive: ["variance", "largest"],
  step: (w, g, [mean, variance, largest], hyper) => {
    const [rate, root, beta1, rest1, beta2, rest2, epsilon, decay] = Array.from(hyper) as [number, ...number[]];
    const m = beta1! * mean! + rest1! * g;
    const v = beta2! * variance! + rest2! * g * g;
    const most = Math.max(largest!, v);
    const kept = w * (1 - rate * decay!);
    return { w: kept - (rate * m) / (Math.sqrt(most) * root! + epsilon!), slots: [m, v, most] };
  },
});

for (const build of kernelBuilds()) {
  test(`weights without a gradient decay, and the moments stay zero (${build.name})`, () => {
    const tensors = updater(build, adamw, 8, 1, 8);
    tensors.weight.set([1, -1, 4, 0]);
    for (let t = 1; t <= 10; t++) {
      tensors.hyper.set(adamw.hyper({ rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0.5 } as never, t));
      tensors.run();
    }
    const kept = 0.95 ** 10;
    [kept, -kept, 4 * kept].forEach((want, i) => {
      assert.ok(Math.abs(tensors.weight[i]! / want - 1) < 1e-6, `${tensors.weight[i]}, want ${want}`);
    });
    assert.equal([...tensors.weight.slice(3)], [0, 0, 0, 0, 0]);
    for (const slot of tensors.slots) assert.equal([...slot], Array(8).fill(0));
  });

  test(`a decay of a few roundings is not lost in a factor next to 1 (${build.name})`, () => {
    const tensors = updater(build, adamw, 8, 1, 8);
    // 1 - rate * decay = 1 - 9e-8 would round to 1 - 1.19e-7.
    for (let t = 1; t <= 100; t++) {
      tensors.weight.fill(1.99);
      tensors.hyper.set(adamw.hyper({ rate: 9e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 1e-3 } as never, t));
      tensors.run();
      assert.is(tensors.weight[0], Math.fround(Math.fround(1.99) * (1 - 9e-8)));
    }
  });
}

test.run();
