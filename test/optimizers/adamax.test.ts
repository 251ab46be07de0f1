import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Update, updater, updateTests } from "./updates.js";

const test = suite("adamax");

/** rate, beta1, beta2, epsilon. */
type Setting = [number, number, number, number];

const adamax: Update = {
  kernel: "adamax_update",
  slots: ["mean", "largest"],
  positive: ["largest"],
  settings: [
    [0.01, 0.9, 0.999, 1e-7],
    [0.01, 0, 0.5, 1e-7],
    [0.01, 0.9, 0, 1e-3],
    [0.01, 0.99, 0.99, 1],
    [0.01, 0.9, 0.999, 1e-15],
  ],
  hyper: ([rate, beta1, beta2, epsilon]: Setting, t) => [rate / (1 - beta1 ** t), beta2, beta1, 1 - beta1, epsilon],
  step: (w, g, [mean, largest], [rate, beta2, beta1, rest, epsilon]) => {
    const m = beta1! * mean! + rest! * g;
    const u = Math.max(beta2! * largest!, Math.abs(g) + epsilon!);
    return { w: w - (rate! * m) / u, slots: [m, u] };
  },
};
updateTests(test, adamax);

for (const build of kernelBuilds()) {
  test(`gradients that come, go and come again: the weights of the definition (${build.name})`, () => {
    const [tensors, setting] = [updater(build, adamax, 8, 1, 5), [0.01, 0.9, 0.5, 0.25] as Setting];
    let [w, slots] = [0, [0, 0]];
    for (let t = 1; t <= 60; t++) {
      // Nothing for ten steps, then one gradient in ten steps, so that epsilon rules in between.
      const g = t > 10 && t % 10 === 1 ? 1 : 0;
      tensors.gradient[0] = g;
      tensors.hyper.set(adamax.hyper(setting as never, t));
      tensors.run();
      ({ w, slots } = adamax.step(w, g, slots, tensors.hyper));
      assert.ok(Math.abs(tensors.weight[0]! - w) < 1e-6, `step ${t}: ${tensors.weight[0]}, want ${w}`);
      assert.ok(t > 10 || tensors.slots[1]![0] === 0, "nothing is kept before the first gradient");
    }
    assert.ok(tensors.weight[0]! < -0.01);
    assert.equal([...tensors.slots[1]!.slice(1)], Array(7).fill(0));
  });
}

test.run();
