import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near, surprise } from "./losses.js";

const test = suite("sparse categorical crossentropy");
const loss: Loss = {
  name: "sparse_categorical_crossentropy",
  parameters: [0, 0.125, 1],
  reach: 6,
  row: (p, [label], smoothing) => {
    const cost = surprise(p);
    const mean = cost.reduce((sum, value) => sum + value, 0) / p.length;
    return (1 - smoothing) * cost[label!]! + smoothing * mean;
  },
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  test(`large logits, with and without smoothing (${build.name})`, () => {
    const logits = [1000, -1000, 1000, 1000, 999];
    const want = surprise(Float64Array.from(logits));
    for (const smoothing of [0, 0.125])
      for (let label = 0; label < 5; label++) {
        const { dpred, backward } = lossOnce(build, loss, [logits], 5, [label], smoothing);
        near(backward[0], loss.row(Float64Array.from(logits), Float64Array.of(label), smoothing), `label ${label}`);
        want.forEach((cost, i) => {
          const t = (i === label ? 1 - smoothing : 0) + smoothing / 5;
          near(dpred[i], Math.exp(-cost) - t, `gradient ${i} of label ${label}`);
        });
      }
  });

  test(`logits that are all large and negative (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[-1000, -1001, -1000]], 3, [1]);
    const want = surprise(Float64Array.of(0, -1, 0));
    near(backward[0], want[1]!);
    want.forEach((cost, i) => {
      near(dpred[i], Math.exp(-cost) - Number(i === 1));
    });
  });

  test(`a right answer that is certain costs nothing and moves nothing (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[0, 1000, -1000, 900, 0]], 5, [1]);
    assert.is(backward[0], 0);
    assert.equal([...dpred], Array(8).fill(0));
  });

  test(`a logit of -Infinity is a class that cannot be (${build.name})`, () => {
    const { dpred, backward } = lossOnce(build, loss, [[0, Number.NEGATIVE_INFINITY, 0]], 3, [0]);
    near(backward[0], Math.log(2));
    assert.ok(Math.abs(dpred[0]! + 0.5) < 1e-6 && dpred[1] === 0 && Math.abs(dpred[2]! - 0.5) < 1e-6);
  });

  test(`the gradient has no subnormal numbers (${build.name})`, () => {
    const { dpred } = lossOnce(build, loss, [[0, -60, -65, -86]], 4, [0], 0, 1 / 4096);
    assert.equal([...dpred.slice(2, 4)], [0, 0]);
    for (const x of dpred) assert.ok(x === 0 || Math.abs(x) >= 1e-30);
  });
}

test.run();
