import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("binary focal crossentropy");

/** The loss with these factors of a yes and of a no, and this power. */
const focal = (positive: number, negative: number, gamma: number): Loss => ({
  name: "binary_focal_crossentropy",
  parameters: [0, 0.125],
  further: [positive, negative, gamma],
  reach: 6,
  target: (random) => (random > 0.5 ? 1 : random < -0.5 ? 0 : Math.abs(random)),
  row: (p, target, smoothing) => {
    const part = (x: number, t: number) => {
      const yes = 1 / (1 + Math.exp(-x));
      const entropy = -t * Math.log(yes) - (1 - t) * Math.log(1 - yes);
      const wrong = 1 - (t * yes + (1 - t) * (1 - yes));
      return (t * positive + (1 - t) * negative) * wrong ** Math.fround(gamma) * entropy;
    };
    return p.reduce((sum, x, i) => sum + part(x, target[i]! * (1 - smoothing) + smoothing / 2), 0) / p.length;
  },
});
for (const [positive, negative, gamma] of [
  [1, 1, 2],
  [0.25, 0.75, 2],
  [1, 1, 0],
  [0.75, 0.25, 0.3],
  [1, 1, 5.5],
] as const)
  lossTests(test, focal(positive, negative, gamma));

for (const build of kernelBuilds()) {
  const plain: Loss = { name: "binary_crossentropy", parameters: [0], target: (random) => random, row: () => 0 };

  test(`with gamma 0 it is the binary cross-entropy (${build.name})`, () => {
    const logits = [-300, -40, -3, -0.5, 0, 0.5, 3, 40, 300];
    for (const t of [0, 0.25, 1]) {
      const target = logits.map(() => t);
      const got = lossOnce(build, focal(1, 1, 0), [logits], 9, target, 0.125, 9);
      const want = lossOnce(build, plain, [logits], 9, target, 0.125, 9);
      near(got.backward[0], want.backward[0]!);
      for (let i = 0; i < 9; i++) near(got.dpred[i], want.dpred[i]!, `the gradient of ${logits[i]}`);
    }
  });

  test(`large logits, any power (${build.name})`, () => {
    for (const gamma of [0.01, 0.5, 2, 50, 1000])
      for (const size of [30, 90, 1000]) {
        const pred = [size, size, -size, -size];
        const { dpred, backward } = lossOnce(build, focal(1, 1, gamma), [pred], 4, [1, 0, 1, 0], 0, 4);
        near(backward[0], size / 2, `the loss at ${size}, gamma ${gamma}`);
        [0, 1, -1, 0].forEach((want, i) => {
          near(dpred[i], want, `the gradient of ${pred[i]}, gamma ${gamma}`);
        });
      }
  });

  test(`what is nearly right keeps its digits, and the gradient has no subnormal numbers (${build.name})`, () => {
    for (const [x, t] of [
      [8, 1],
      [-8, 0],
      [15, 1],
      [-15, 0],
    ] as const) {
      const { dpred, backward } = lossOnce(build, focal(1, 1, 2), [[x]], 1, [t]);
      const wrong = 1 / (1 + Math.exp(Math.abs(x)));
      const entropy = -Math.log1p(-wrong);
      const slope = (t ? -1 : 1) * (wrong ** 3 + 2 * wrong ** 2 * (1 - wrong) * entropy);
      assert.ok(Math.abs(backward[0]! / (wrong ** 2 * entropy) - 1) < 1e-5);
      assert.ok(Math.abs(dpred[0]! / slope - 1) < 1e-5);
    }
    for (const x of [-20, -25, -40, -60, -87, -100, -1000]) {
      const { dpred, backward } = lossOnce(build, focal(1, 1, 2), [[x]], 1, [0]);
      assert.ok(dpred[0] === 0 || Math.abs(dpred[0]!) >= 1e-30);
      assert.ok(backward[0]! >= 0);
    }
  });
}

test.run();
