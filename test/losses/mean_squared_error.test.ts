import { suite } from "uvu";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("mean squared error");
const loss: Loss = {
  name: "mean_squared_error",
  target: (random) => random,
  row: (p, t) => p.reduce((sum, value, i) => sum + (value - t[i]!) ** 2, 0) / p.length,
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`large errors (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[1000, -1000, 0]], 3, [0, 0, 0]);
    near(backward[0], 2e6 / 3);
    [2000 / 3, -2000 / 3, 0].forEach((want, i) => {
      near(dpred[i], want);
    });
  });
}

test.run();
