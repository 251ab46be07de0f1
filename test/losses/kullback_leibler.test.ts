import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near, surprise } from "./losses.js";

const test = suite("kullback leibler");
const loss: Loss = {
  name: "kullback_leibler",
  reach: 6,
  target: (random) => (random < -0.5 ? 0 : (random + 0.5) / 4),
  row: (p, target) => {
    const cost = surprise(p);
    return target.reduce((sum, t, i) => sum + (t > 0 ? t * Math.log(t) : 0) + t * cost[i]!, 0);
  },
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`large logits and targets that are zero (${build.name})`, () => {
    const logits = [1000, -1000, 1000, 999];
    const want = surprise(Float64Array.from(logits));
    const target = [0.5, 0.25, 0.25, 0];
    const { dpred, backward } = lossOnce(build, loss, [logits], 4, target);
    near(
      backward[0],
      target.reduce((sum, t, i) => sum + (t ? t * (Math.log(t) + want[i]!) : 0), 0),
    );
    target.forEach((t, i) => {
      near(dpred[i], Math.exp(-want[i]!) - t);
    });
  });

  test(`a distribution has no distance from itself (${build.name})`, () => {
    const target = [0.5, 0.25, 0.125, 0.125];
    const { dpred, backward } = lossOnce(build, loss, [target.map(Math.log)], 4, target);
    assert.ok(Math.abs(backward[0]!) < 1e-6);
    for (const x of dpred) assert.ok(Math.abs(x) < 1e-6);
  });
}

test.run();
