import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("log cosh");
const loss: Loss = {
  name: "log_cosh",
  reach: 4,
  target: (random) => random,
  row: (p, t) => p.reduce((sum, value, i) => sum + Math.log(Math.cosh(value - t[i]!)), 0) / p.length,
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  const of = (error: number) => lossOnce(build, loss, [[error]], 1, [0]);

  test(`large errors are a line (${build.name})`, () => {
    for (const error of [20, 88, 89, 1000, 1e30])
      for (const sign of [1, -1]) {
        const { dpred, backward } = of(sign * error);
        near(backward[0], error - Math.LN2, `the loss of ${sign * error}`);
        assert.is(dpred[0], sign);
      }
  });

  test(`small errors keep the digits of their square (${build.name})`, () => {
    for (const error of [1e-6, -1e-4, 1e-3, 0.01, -0.1, 0.3, 0.499, 0.5, -0.501, 0.6, 0.625, 0.7, 1]) {
      const want = (Math.log1p(Math.sinh(Math.fround(error)) ** 2) / 2) as number;
      const { dpred, backward } = of(error);
      assert.ok(Math.abs(backward[0]! / want - 1) < 2e-6, `the loss of ${error} is ${backward[0]}, want ${want}`);
      assert.ok(Math.abs(dpred[0]! / Math.tanh(Math.fround(error)) - 1) < 1e-6);
    }
    for (const zero of [0, -0]) {
      const { dpred, backward } = of(zero);
      assert.ok(dpred[0] === 0 && backward[0] === 0);
    }
  });

  test(`the gradient has no subnormal numbers (${build.name})`, () => {
    assert.is(of(1e-31).dpred[0], 0);
    assert.ok(of(1e-29).dpred[0]! > 0);
  });
}

test.run();
