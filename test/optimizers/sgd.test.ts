import { suite } from "uvu";
import { updateTests } from "./updates.js";

const test = suite("sgd");

updateTests(test, {
  kernel: "sgd_update",
  slots: [],
  settings: [0.125, 0.001, 1],
  hyper: (rate: number) => [rate],
  step: (w, g, _, [rate]) => ({ w: w - rate! * g, slots: [] }),
});

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
