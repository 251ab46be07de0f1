import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near, surprise } from "./losses.js";

const test = suite("categorical focal crossentropy");
const focal = (alpha: number, gamma: number): Loss => ({
  name: "categorical_focal_crossentropy",
  parameters: [0, 0.125],
  further: [alpha, gamma],
  reach: 5,
  target: (random) => (random < -0.5 ? 0 : (random + 0.5) / 4),
  row: (p, target, smoothing) => {
    const cost = surprise(p);
    const part = (t: number, c: number) => (c > 0 ? t * (1 - Math.exp(-c)) ** Math.fround(gamma) * c : 0);
    return alpha * target.reduce((sum, t, i) => sum + part(t * (1 - smoothing) + smoothing / p.length, cost[i]!), 0);
  },
});
for (const [alpha, gamma] of [
  [0.25, 2],
  [1, 0],
  [2, 0.7],
  [1, 6],
] as const)
  lossTests(test, focal(alpha, gamma));

for (const build of kernelBuilds()) {
  const plain: Loss = { ...focal(1, 0), name: "categorical_crossentropy", further: [] };

  test(`with gamma 0 and alpha 1 it is the cross-entropy (${build.name})`, () => {
    for (const logits of [
      [0.5, -2, 3, 1, 0],
      [1000, -1000, 1000, 1000, 999],
      [50, 0, -50, 49, 10],
    ])
      for (const target of [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0.25, 0.25, 0, 0, 0.5],
      ]) {
        const got = lossOnce(build, focal(1, 0), [logits], 5, target);
        const want = lossOnce(build, plain, [logits], 5, target);
        near(got.backward[0], want.backward[0]!);
        for (let i = 0; i < 5; i++) near(got.dpred[i], want.dpred[i]!, `the gradient of ${logits[i]}`);
      }
  });

  test(`a right answer that is certain costs nothing and moves nothing, whatever the power (${build.name})`, () => {
    for (const gamma of [0, 0.01, 0.5, 1, 2, 1000]) {
      const { dpred, backward } = lossOnce(build, focal(1, gamma), [[1000, 0, -1000, 900]], 4, [1, 0, 0, 0]);
      assert.is(backward[0], 0);
      assert.ok(
        dpred.every((x) => x === 0),
        `${dpred}`,
      );
    }
  });

  test(`a wrong answer that is certain costs its logit, whatever the power (${build.name})`, () => {
    for (const gamma of [0, 0.5, 2, 1000]) {
      const { dpred, backward } = lossOnce(build, focal(0.5, gamma), [[1000, 0, -1000, 900]], 4, [0, 0, 1, 0]);
      near(backward[0], 1000);
      assert.equal([...dpred.slice(0, 4)], [0.5, 0, -0.5, 0]);
    }
  });

  test(`what is nearly right (${build.name})`, () => {
    for (const x of [2, 5, 9, 12]) {
      const { dpred, backward } = lossOnce(build, focal(1, 2), [[x, 0]], 2, [1, 0]);
      const wrong = 1 / (1 + Math.exp(x));
      const entropy = -Math.log1p(-wrong);
      const slope = wrong ** 3 + 2 * wrong ** 2 * (1 - wrong) * entropy;
      // The rest of 1 is a difference of floats near 1.
      const tolerance = 1e-6 / wrong;
      assert.ok(Math.abs(backward[0]! / (wrong ** 2 * entropy) - 1) < 3 * tolerance);
      assert.ok(Math.abs(dpred[1]! / slope - 1) < 3 * tolerance);
    }
  });

  test(`the gradient has no subnormal numbers (${build.name})`, () => {
    const { dpred } = lossOnce(build, focal(1, 2), [[0, -60, -65, -86]], 4, [0, 1, 0, 0], 0, 1 / 4096);
    for (const x of dpred) assert.ok(x === 0 || Math.abs(x) >= 1e-30, `${x}`);
  });
}

test.run();
