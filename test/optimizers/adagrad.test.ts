import { suite } from "uvu";
import { updateTests } from "./updates.js";

const test = suite("adagrad");

updateTests(test, {
  kernel: "adagrad_update",
  slots: ["squares"],
  positive: ["squares"],
  settings: [
    [0.01, 1e-7, 0.1],
    [0.01, 1e-7, 0],
    [0.1, 1, 0.5],
    [0.01, 1e-15, 0],
    [0.01, 1e-15, 4],
  ],
  hyper: (setting: number[]) => setting,
  step: (w, g, [squares], [rate, epsilon, initial]) => {
    const s = squares! + g * g;
    return { w: w - (rate! * g) / (Math.sqrt(s + initial!) + epsilon!), slots: [s] };
  },
});

test.run();
