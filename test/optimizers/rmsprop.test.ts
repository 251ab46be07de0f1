import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { type Update, updater, updateTests } from "./updates.js";

const test = suite("rmsprop");

/** rate, rho, epsilon, momentum. */
type Setting = [number, number, number, number];
const settings: Setting[] = [
  [0.01, 0.9, 1e-7, 0.9],
  [0.01, 0.9, 1e-7, 0],
  [0.01, 0.999, 1, 0.5],
  [0.01, 0.99, 1e-3, 0.99],
  [0.01, 0.5, 1e-15, 0.5],
];
const hyper = ([rate, rho, epsilon, momentum]: Setting) => [rate, rho, 1 - rho, epsilon, momentum];

updateTests(test, {
  kernel: "rmsprop_update",
  slots: ["square"],
  positive: ["square"],
  settings: [...settings, [0.01, 0, 1e-7, 0]],
  hyper,
  step: (w, g, [square], [rate, rho, rest, epsilon]) => {
    const s = rho! * square! + rest! * g * g;
    return { w: w - (rate! * g) / (Math.sqrt(s) + epsilon!), slots: [s] };
  },
});

updateTests(test, {
  kernel: "rmsprop_momentum_update",
  slots: ["square", "velocity"],
  positive: ["square"],
  settings: [...settings, [0.01, 0, 1e-7, 0.5]],
  hyper,
  step: (w, g, [square, velocity], [rate, rho, rest, epsilon, momentum]) => {
    const s = rho! * square! + rest! * g * g;
    const v = momentum! * velocity! + g / (Math.sqrt(s) + epsilon!);
    return { w: w - rate! * v, slots: [s, v] };
  },
});

const centered: Update = {
  kernel: "rmsprop_centered_update",
  slots: ["square", "velocity", "average"],
  positive: ["square"],
  settings,
  hyper,
  step: (w, g, [square, velocity, average], [rate, rho, rest, epsilon, momentum]) => {
    const s = rho! * square! + rest! * g * g;
    const a = rho! * average! + rest! * g;
    const v = momentum! * velocity! + g / (Math.sqrt(Math.max(s - a * a, 0)) + epsilon!);
    return { w: w - rate! * v, slots: [s, v, a] };
  },
};
updateTests(test, centered);

for (const build of kernelBuilds()) {
  test(`centered: a variance that rounds below zero counts as zero (${build.name})`, () => {
    const tensors = updater(build, centered, 8, 1, 5);
    tensors.gradient.fill(0.1);
    // rho 0.5 with an average above the root of the square: s - a² is clearly negative.
    tensors.hyper.set([0.5, 0.5, 0.5, 1, 0]);
    tensors.slots[2]!.fill(4);
    tensors.run();
    for (const w of tensors.weight) assert.ok(Math.abs(w + 0.05) < 1e-6, `${w}`);
    assert.is(tensors.flag[0], 0);
  });
}

test.run();
