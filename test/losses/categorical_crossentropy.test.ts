import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near, surprise } from "./losses.js";

const test = suite("categorical crossentropy");
const loss: Loss = {
  name: "categorical_crossentropy",
  parameters: [0, 0.125],
  reach: 6,
  target: (random) => (random < -0.5 ? 0 : (random + 0.5) / 4),
  row: (p, target, smoothing) => {
    const cost = surprise(p);
    return target.reduce((sum, t, i) => sum + (t * (1 - smoothing) + smoothing / p.length) * cost[i]!, 0);
  },
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`large logits, also where they sum up (${build.name})`, () => {
    const logits = [1000, -1000, 1000, 1000, 999];
    for (const target of [
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0.25, 0.25, 0, 0, 0.5],
    ]) {
      const want = surprise(Float64Array.from(logits));
      const { dpred, backward } = lossOnce(build, loss, [logits], 5, target);
      near(
        backward[0],
        target.reduce((sum, t, i) => sum + t * want[i]!, 0),
        "the loss",
      );
      target.forEach((t, i) => {
        near(dpred[i], Math.exp(-want[i]!) - t, `the gradient of ${i}`);
      });
    }
  });

  test(`a right answer that is certain costs nothing and moves nothing (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[1000, 0, -1000, 900]], 4, [1, 0, 0, 0]);
    assert.is(backward[0], 0);
    assert.equal([...dpred], Array(8).fill(0));
  });
}

test.run();
