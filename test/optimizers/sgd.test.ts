import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Update, updater, updateTests } from "./updates.js";

const test = suite("sgd");

const plain: Update = {
  kernel: "sgd_update",
  slots: [],
  settings: [0.125, 0.001, 1],
  hyper: (rate: number) => [rate],
  step: (w, g, _, [rate]) => ({ w: w - rate! * g, slots: [] }),
};
updateTests(test, plain);

for (const build of kernelBuilds()) {
  test(`each of eight weights that go together is made zero by its own size (${build.name})`, () => {
    for (let i = 0; i < 8; i++) {
      const tensors = updater(build, plain, 8, 1, 16);
      tensors.weight.fill(-0.5)[i] = -1e-31;
      tensors.run();
      assert.equal(
        [...tensors.weight],
        Array.from({ length: 8 }, (_, k) => (k === i ? 0 : -0.5)),
      );
    }
  });
}

updateTests(test, {
  kernel: "sgd_momentum_update",
  slots: ["velocity"],
  settings: [
    [0.125, 0.9, 0],
    [0.125, 0.9, 1],
    [0.5, 0, 0],
    [0.5, 0, 1],
    [0.001, 0.9999, 1],
  ],
  hyper: (setting: number[]) => setting,
  step: (w, g, [velocity], [rate, momentum, nesterov]) => {
    const v = momentum! * velocity! + g;
    return { w: w - rate! * (nesterov ? g + momentum! * v : v), slots: [v] };
  },
});

test.run();
