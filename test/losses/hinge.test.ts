import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("hinge");
const loss: Loss = {
  name: "hinge",
  target: (random) => (random > 0.2 ? 1 : random < -0.4 ? -1 : 0),
  row: (p, t) => p.reduce((sum, value, i) => sum + Math.max(1 - (t[i]! || -1) * value, 0), 0) / p.length,
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`the gradient is 0 at the kink and behind it (${build.name})`, () => {
    const below = 1 - 2 ** -24;
    const pred = [1, -1, -1, 1.5, -1.5, below, -below, 0];
    const target = [1, -1, 0, 1, 0, 1, 0, 1];
    const { dpred, backward } = lossOnce(build, loss, [pred], 8, target, 0, 8);
    assert.equal([...dpred], [0, 0, 0, 0, 0, -1, 1, -1]);
    near(backward[0], 1 / 8);
  });

  test(`targets of 0 are targets of -1 (${build.name})`, () => {
    const pred = [0.6, 0.4, -3, 0.1];
    const zeros = lossOnce(build, loss, [pred], 4, [0, 1, 0, -0]);
    assert.equal(zeros, lossOnce(build, loss, [pred], 4, [-1, 1, -1, -1]));
    near(zeros.backward[0], (1.6 + 0.6 + 0 + 1.1) / 4);
  });

  test(`large predictions (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[1e30, -1e30]], 2, [1, 1], 0, 2);
    assert.equal([...dpred.slice(0, 2)], [0, -1]);
    near(backward[0]! / 1e30, 0.5);
  });
}

test.run();
