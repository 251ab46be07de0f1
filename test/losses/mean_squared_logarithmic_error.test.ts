import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("mean squared logarithmic error");
const logarithm = (x: number) => Math.log1p(Math.max(x, 1e-7));
const loss: Loss = {
  name: "mean_squared_logarithmic_error",
  reach: 4,
  target: (random) => 3 * random,
  row: (p, t) => p.reduce((sum, x, i) => sum + (logarithm(x) - logarithm(t[i]!)) ** 2, 0) / p.length,
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`what is not above 1e-7 counts as that and has no gradient (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[0, -0, -5, 1e-7, 2e-7, 3]], 6, [1, 1, 1, 1, 1, -2], 0, 6);
    assert.ok(dpred.slice(0, 4).every((x) => x === 0));
    near(dpred[4], -2 * Math.LN2);
    near(dpred[5], (2 * Math.log(4)) / 4);
    near(backward[0], (5 * Math.LN2 ** 2 + Math.log(4) ** 2) / 6);
  });

  test(`large values (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[1e30]], 1, [1]);
    near(backward[0], (Math.log(1e30) - Math.LN2) ** 2);
    assert.ok(dpred[0]! > 0 && dpred[0]! < 2e-28);
  });
}

test.run();
