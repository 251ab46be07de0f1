import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("binary crossentropy");
const loss: Loss = {
  name: "binary_crossentropy",
  parameters: [0, 0.125],
  reach: 12,
  target: (random) => (random > 0.5 ? 1 : random < -0.5 ? 0 : Math.abs(random)),
  row: (p, target, smoothing) => {
    const part = (x: number, t: number) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
    return p.reduce((sum, x, i) => sum + part(x, target[i]! * (1 - smoothing) + smoothing / 2), 0) / p.length;
  },
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`large logits (${build.name})`, () => {
    for (const [x, t, value, slope] of [
      [1000, 1, 0, 0],
      [1000, 0, 1000, 1],
      [-1000, 1, 1000, -1],
      [-1000, 0, 0, 0],
      [0, 1, Math.log(2), -0.5],
      [-0, 0, Math.log(2), 0.5],
    ] as const) {
      const { dpred, backward } = lossOnce(build, loss, [[x]], 1, [t]);
      near(backward[0], value, `the loss of ${x}`);
      near(dpred[0], slope, `the gradient of ${x}`);
    }
    const smoothed = lossOnce(build, loss, [[1000, -1000]], 2, [1, 0], 0.5);
    near(smoothed.backward[0], 250);
    near(smoothed.dpred[0], 0.125);
    near(smoothed.dpred[1], -0.125);
  });

  test(`small probabilities keep their digits, and the gradient has no subnormal numbers (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[-20, -60, -80, -100]], 4, [0, 0, 0, 0], 0, 4);
    assert.ok(Math.abs(dpred[0]! / Math.exp(-20) - 1) < 1e-5);
    assert.ok(Math.abs(backward[0]! / (Math.exp(-20) / 4) - 1) < 1e-5);
    assert.equal([...dpred.slice(2, 4)], [0, 0]);
  });
}

test.run();
