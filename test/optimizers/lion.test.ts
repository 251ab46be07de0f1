import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Update, updater, updateTests } from "./updates.js";

const test = suite("lion");

/** rate, beta1, beta2, decay. */
type Setting = [number, number, number, number];

const lion: Update = {
  kernel: "lion_update",
  slots: ["mean"],
  settings: [
    [0.01, 0.9, 0.99, 0],
    [0.01, 0.9, 0.99, 0.1],
    [0.125, 0, 0.5, 1],
    [0.01, 0.99, 0, 0.01],
  ],
  // A rate that changes: equal steps to and fro would end where they started.
  hyper: ([rate, beta1, beta2, decay]: Setting, t) => [rate * (1 + t / 64), beta1, 1 - beta1, beta2, 1 - beta2, decay],
  step: (w, g, [mean], [rate, beta1, rest1, beta2, rest2, decay]) => ({
    w: w - rate! * (Math.sign(beta1! * mean! + rest1! * g) + decay! * w),
    slots: [beta2! * mean! + rest2! * g],
  }),
};
updateTests(test, lion);

for (const build of kernelBuilds()) {
  test(`weights without a gradient stay or decay, and their mean stays zero (${build.name})`, () => {
    for (const decay of [0, 0.5]) {
      const tensors = updater(build, lion, 8, 1, 6);
      tensors.weight.set([1, -1, 4, 0]);
      tensors.hyper.set(lion.hyper([0.1, 0.9, 0.99, decay] as never, 0));
      for (let t = 1; t <= 10; t++) tensors.run();
      const kept = (1 - 0.1 * decay) ** 10;
      [kept, -kept, 4 * kept, 0].forEach((want, i) => {
        assert.ok(Math.abs(tensors.weight[i]! - want) <= 1e-6, `${tensors.weight[i]}, want ${want}`);
      });
      assert.equal([...tensors.slots[0]!], Array(8).fill(0));
    }
  });
}

test.run();
