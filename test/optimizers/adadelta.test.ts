import { suite } from "uvu";
import { type Update, updateTests } from "./updates.js";

const test = suite("adadelta");

/** rate, rho, epsilon. */
type Setting = [number, number, number];

const adadelta: Update = {
  kernel: "adadelta_update",
  slots: ["square", "change"],
  positive: ["square", "change"],
  settings: [
    [1, 0.95, 1e-6],
    [0.1, 0.5, 1e-3],
    [0.01, 0, 1e-7],
    [1, 0.99, 1],
  ],
  hyper: ([rate, rho, epsilon]: Setting) => [rate, rho, 1 - rho, epsilon],
  step: (w, g, [square, change], [rate, rho, rest, epsilon]) => {
    const s = rho! * square! + rest! * g * g;
    const d = (g * Math.sqrt(change! + epsilon!)) / Math.sqrt(s + epsilon!);
    return { w: w - rate! * d, slots: [s, rho! * change! + rest! * d * d] };
  },
};
updateTests(test, adadelta);

test.run();
