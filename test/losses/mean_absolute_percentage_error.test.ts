import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("mean absolute percentage error");
const loss: Loss = {
  name: "mean_absolute_percentage_error",
  target: (random) => random + Math.sign(random) / 2,
  row: (p, t) => {
    const part = (x: number, wanted: number) => Math.abs(x - wanted) / Math.max(Math.abs(wanted), 1e-7);
    return (100 * p.reduce((sum, x, i) => sum + part(x, t[i]!), 0)) / p.length;
  },
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`the gradient is 0 at 0 and its sign is the error's elsewhere (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[2, 3, 1, -3, -1]], 5, [2, 2, 2, -2, -2], 0, 5);
    assert.equal([...dpred.slice(0, 5)], [0, 50, -50, -50, 50]);
    near(backward[0], 40);
  });

  test(`a target of 0 counts as 1e-7 (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[0.5, 0]], 2, [0, 0], 0, 2);
    assert.ok(Math.abs(dpred[0]! / 1e9 - 1) < 1e-6);
    assert.is(dpred[1], 0);
    assert.ok(Math.abs(backward[0]! / 2.5e8 - 1) < 1e-6);
  });
}

test.run();
