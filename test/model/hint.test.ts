import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hintOf } from "../../src/model/hint.js";
import type { EpochLog } from "../../src/spec.js";

const test = suite("hint");

/** Logs with these losses; a validation loss that is left out was not taken. */
const logs = (losses: number[], valLosses: (number | undefined)[]) =>
  losses.map((loss, epoch) => {
    const valLoss = valLosses[epoch];
    return { epoch, loss, ...(valLoss === undefined ? {} : { valLoss }) } as EpochLog;
  });

test("a validation loss that rises while the training loss falls is overfitting", () => {
  const hint = hintOf(logs([1, 0.6, 0.4, 0.2, 0.1], [1, 0.7, 0.6, 0.65, 0.8]));
  assert.match(hint!, /^Overfitting: training loss 0.1, validation loss 0.8, best in epoch 2 with 0.6\. Try /);
});

test("losses that are close together and still fall are underfitting", () => {
  assert.match(hintOf(logs([1, 0.9, 0.8, 0.7], [1, 0.91, 0.82, 0.73]))!, /^Underfitting: .*still falling/);
  const flat = Array.from({ length: 9 }, () => 0.69);
  assert.match(hintOf(logs([0.7, ...flat], [0.7, ...flat]))!, /^Underfitting: .*hardly less/);
});

test("nothing is said of a run that ended well, that is short, or without validation", () => {
  const settled = [1, 0.3, 0.2, 0.2, 0.2, 0.2];
  assert.is(hintOf(logs(settled, settled)), undefined);
  assert.is(hintOf(logs([1, 0.9], [1, 0.9])), undefined);
  assert.is(hintOf(logs([1, 0.9, 0.8, 0.7], [])), undefined);
  assert.is(hintOf([]), undefined);
  // Epochs without validation do not count.
  assert.is(hintOf(logs([1, 0.9, 0.8, 0.7], [1, undefined, undefined, 0.7])), undefined);
});

test.run();
