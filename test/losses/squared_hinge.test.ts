import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("squared hinge");
const loss: Loss = {
  name: "squared_hinge",
  target: (random) => (random > 0.2 ? 1 : random < -0.4 ? -1 : 0),
  row: (p, t) => p.reduce((sum, value, i) => sum + Math.max(1 - (t[i]! || -1) * value, 0) ** 2, 0) / p.length,
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`the gradient goes to 0 at the margin and stays there (${build.name})`, () => {
    const pred = [1, -1, 1.5, -1.5, 0.5, -0.5, 0, 3];
    const { dpred, backward } = lossOnce(build, loss, [pred], 8, [1, 0, 1, -1, 1, -1, 1, -1], 0, 8);
    assert.equal(
      [...dpred].map((x) => x + 0),
      [0, 0, 0, 0, -1, 1, -2, 8],
    );
    near(backward[0], (0.25 + 0.25 + 1 + 16) / 8);
  });

  test(`targets of 0 are targets of -1 (${build.name})`, () => {
    const pred = [0.6, 0.4, -3, 0.1];
    const zeros = lossOnce(build, loss, [pred], 4, [0, 1, 0, -0]);
    assert.equal(zeros, lossOnce(build, loss, [pred], 4, [-1, 1, -1, -1]));
  });
}

test.run();
