import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("cosine similarity");
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const loss: Loss = {
  name: "cosine_similarity",
  target: (random) => random,
  row: (p, t) => -dot(p, t) / Math.sqrt(dot(p, p) * dot(t, t)),
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`only directions count (${build.name})`, () => {
    for (const [pred, target, value] of [
      [[3, 4], [30, 40], -1],
      [[3, 4], [-0.3, -0.4], 1],
      [[3, 4], [4, -3], 0],
      [[1e15, 0], [1e-6, 1e-6], -Math.SQRT1_2],
    ] as const) {
      near(lossOnce(build, loss, [pred], 2, target).backward[0], value);
    }
  });

  test(`the gradient stands on the prediction (${build.name})`, () => {
    const pred = [0.5, -2, 1, 0.25, 3];
    const { dpred } = lossOnce(build, loss, [pred], 5, [1, 2, -3, 0, 1]);
    near(
      pred.reduce((sum, x, i) => sum + x * dpred[i]!, 0),
      0,
    );
    assert.ok(dpred.some((x) => Math.abs(x) > 0.1));
  });

  test(`what has no direction has loss and gradient 0 (${build.name})`, () => {
    for (const [pred, target] of [
      [
        [0, 0, 0],
        [1, 2, 3],
      ],
      [
        [1, 2, 3],
        [0, 0, 0],
      ],
      [
        [0, 5e-8, 0],
        [1, 2, 3],
      ],
    ] as const) {
      const { dpred, backward } = lossOnce(build, loss, [pred], 3, target);
      assert.ok(backward[0] === 0, `${backward[0]}`);
      assert.ok(
        dpred.every((x) => x === 0),
        `${dpred}`,
      );
    }
    near(lossOnce(build, loss, [[0, 2e-7, 0]], 3, [0, 1, 0]).backward[0], -1);
  });
}

test.run();
