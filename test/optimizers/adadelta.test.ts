import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Update, updater, updateTests } from "./updates.js";

const test = suite("adadelta");

/** rate, rho, epsilon. */
type Setting = [number, number, number];

const adadelta: Update = {
  kernel: "adadelta_update",
  slots: ["square", "change"],
  positive: ["square", "change"],
  settings: [
    [1, 0.95, 1e-6],
    [0.1, 0.5, 1e-3],
    [0.01, 0, 1e-7],
    [1, 0.99, 1],
  ],
  hyper: ([rate, rho, epsilon]: Setting) => [rate, rho, 1 - rho, epsilon],
  step: (w, g, [square, change], [rate, rho, rest, epsilon]) => {
    const s = rho! * square! + rest! * g * g;
    const d = (g * Math.sqrt(change! + epsilon!)) / Math.sqrt(s + epsilon!);
    return { w: w - rate! * d, slots: [s, rho! * change! + rest! * d * d] };
  },
};
updateTests(test, adadelta);

for (const build of kernelBuilds()) {
  test(`an epsilon that float32 has no number for moves nothing and breaks nothing (${build.name})`, () => {
    const tensors = updater(build, adadelta, 8, 1, 4);
    tensors.hyper.set([1, 0.95, 0.05, 1e-60]);
    tensors.weight.fill(1);
    tensors.gradient.set([0, 1, -1, 1e-20]);
    for (let t = 0; t < 3; t++) tensors.run();
    assert.equal([...tensors.weight], Array(8).fill(1));
    assert.is(tensors.flag[0], 0);
  });
}

test.run();
