import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("huber");
const loss: Loss = {
  name: "huber",
  parameters: [0.7, 1, 100],
  parameterAfterScale: true,
  target: (random) => random,
  row: (p, t, delta) => {
    const part = (e: number) => (Math.abs(e) <= delta ? 0.5 * e * e : delta * (Math.abs(e) - 0.5 * delta));
    return p.reduce((sum, value, i) => sum + part(value - t[i]!), 0) / p.length;
  },
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`both branches meet at delta (${build.name})`, () => {
    const zeros = Array(8).fill(0);
    const { dpred, backward } = lossOnce(build, loss, [[0.5, -0.5, 0.75, -0.75, 0, -0, 1000, -1000]], 8, zeros, 0.5, 8);
    assert.equal([...dpred], [0.5, -0.5, 0.5, -0.5, 0, 0, 0.5, -0.5]);
    near(backward[0], (2 * 0.125 + 2 * 0.25 + 2 * 499.875) / 8);
  });
}

test.run();
