import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("poisson");
const loss: Loss = {
  name: "poisson",
  reach: 4,
  pred: (value) => 0.25 + Math.abs(value),
  target: (random) => (random < -0.5 ? 0 : Math.floor(6 * random + 3)),
  row: (p, t) => p.reduce((sum, value, i) => sum + value - t[i]! * Math.log(value + 1e-7), 0) / p.length,
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`a rate of 0 has a value and a gradient (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[0, 0, 3, 1]], 4, [0, 2, 3, 0], 0, 4);
    near(backward[0], (0 - 2 * Math.log(1e-7) + 3 - 3 * Math.log(3) + 1) / 4);
    assert.is(dpred[0], 1);
    assert.ok(Math.abs(dpred[1]! / (1 - 2e7) - 1) < 1e-6);
    assert.ok(Math.abs(dpred[2]!) < 1e-6);
    assert.is(dpred[3], 1);
  });

  test(`a negative rate has no value (${build.name})`, () => {
    const { backward } = lossOnce(build, loss, [[-0.5]], 1, [1]);
    assert.ok(Number.isNaN(backward[0]!));
  });
}

test.run();
