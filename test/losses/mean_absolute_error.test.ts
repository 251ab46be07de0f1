import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests } from "./losses.js";

const test = suite("mean absolute error");
const loss: Loss = {
  name: "mean_absolute_error",
  target: (random) => random,
  row: (p, t) => p.reduce((sum, value, i) => sum + Math.abs(value - t[i]!), 0) / p.length,
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`the gradient is 0 at 0 and the sign of the error elsewhere (${build.name})`, () => {
    const pred = [0.5, 0, -0, 1e-20, -1e-20, 1000, -1000, Number.POSITIVE_INFINITY];
    const { dpred } = lossOnce(build, loss, [pred], 8, [0.5, 0, 0, 0, 0, 0, 0, 0], 0, 8);
    assert.equal([...dpred], [0, 0, 0, 1, -1, 1, -1, 1]);
  });
}

test.run();
