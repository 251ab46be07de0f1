import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Loss, lossOnce, lossTests, near } from "./losses.js";

const test = suite("categorical hinge");
const loss: Loss = {
  name: "categorical_hinge",
  target: (random) => (random > 0.6 ? 1 : random < -0.8 ? 0.5 : 0),
  row: (p, t) => {
    const right = p.reduce((sum, value, i) => sum + t[i]! * value, 0);
    const wrong = p.map((value, i) => (1 - t[i]!) * value).reduce((a, b) => Math.max(a, b));
    return Math.max(1 + wrong - right, 0);
  },
};
lossTests(test, loss);

for (const build of kernelBuilds()) {
  const once = (pred: number[], target: number[]) => {
    const { dpred, backward } = lossOnce(build, loss, [pred], pred.length, target);
    return { slopes: [...dpred.slice(0, pred.length)].map((x) => x + 0), value: backward[0]! };
  };

  test(`the first of the largest wrong classes takes the gradient (${build.name})`, () => {
    for (const [pred, label, first] of [
      [[1, 2, 0.5, 2, 2], 2, 1],
      [[2, 1, 0.5, 1, 2], 1, 0],
      [[1, 1, 1, 1, 1, 3, 3, 3, 3], 0, 5],
      [[2, 0, 0, 0, 0, 0, 0, 2, 2], 8, 0],
    ] as const) {
      const { slopes, value } = once(
        [...pred],
        pred.map((_, i) => Number(i === label)),
      );
      assert.equal(
        slopes,
        pred.map((_, i) => (i === label ? -1 : i === first ? 1 : 0)),
      );
      near(value, 1 + pred[first]! - pred[label]!);
    }
  });

  test(`the right class itself bids 0, as in Keras (${build.name})`, () => {
    const { slopes, value } = once([-0.5, -2, -3, -1], [1, 0, 0, 0]);
    assert.equal(slopes, [-1, 0, 0, 0]);
    near(value, 1.5);
  });

  test(`the gradient is 0 at the margin and behind it (${build.name})`, () => {
    for (const right of [3, 3.5, 1e30]) {
      const { slopes, value } = once([2, right, 1, 0, 0], [0, 1, 0, 0, 0]);
      assert.equal(slopes, [0, 0, 0, 0, 0]);
      assert.is(value, 0);
    }
    assert.equal(once([2, 2.875, 1, 0, 0], [0, 1, 0, 0, 0]), { slopes: [1, -1, 0, 0, 0], value: 0.125 });
  });
}

test.run();
