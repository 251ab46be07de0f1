import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near, surprise } from "./losses.js";

const test = suite("sparse categorical focal crossentropy");
const focal = (alpha: number, gamma: number): Loss => ({
  name: "sparse_categorical_focal_crossentropy",
  parameters: [0, 0.125],
  further: [alpha, gamma],
  reach: 5,
  row: (p, [label], smoothing) => {
    const part = (c: number) => (c > 0 ? (1 - Math.exp(-c)) ** Math.fround(gamma) * c : 0);
    const parts = surprise(p).map(part);
    const mean = parts.reduce((sum, value) => sum + value, 0) / p.length;
    return alpha * ((1 - smoothing) * parts[label!]! + smoothing * mean);
  },
});
for (const [alpha, gamma] of [
  [0.25, 2],
  [1, 0],
  [1, 1.5],
] as const)
  lossTests(test, focal(alpha, gamma));

for (const build of kernelBuilds()) {
  test(`labels are one-hot targets (${build.name})`, () => {
    const logits = [0.5, -2, 3, 1, 0, 4, -1, 2.5, 0.25];
    const hot: Loss = { ...focal(0.25, 2), name: "categorical_focal_crossentropy", target: (random) => random };
    for (const smoothing of [0, 0.25])
      for (let label = 0; label < 9; label++) {
        const target = logits.map((_, i) => Number(i === label));
        const got = lossOnce(build, focal(0.25, 2), [logits], 9, [label], smoothing);
        assert.equal(got, lossOnce(build, hot, [logits], 9, target, smoothing));
      }
  });

  test(`a logit of -Infinity is a class that cannot be (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, focal(1, 2), [[0, Number.NEGATIVE_INFINITY, 0]], 3, [0]);
    near(backward[0], Math.log(2) / 4);
    const slope = 1 / 8 + Math.log(2) / 4;
    assert.ok(Math.abs(dpred[0]! + slope) < 1e-6 && dpred[1] === 0 && Math.abs(dpred[2]! - slope) < 1e-6);
  });
}

test.run();
