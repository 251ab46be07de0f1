// What the losses of a run say about its balance, in plain words.

import type { EpochLog } from "../spec.js";

/** Epochs before which nothing is said. */
const FEWEST = 3;
/** A gap of this share of the validation loss is wide; a fall of this share over the last third of the epochs is one. */
const WIDE = 0.2;
const FALLING = 0.02;
/** A training loss that is still this share of the first epoch's has learned little. */
const LITTLE = 0.6;

/**
 * Overfitting: the validation loss is well above the training loss, and is no longer at its best. Underfitting: both are close
 * together, and are still falling or have hardly fallen. Undefined where neither shows, or without validation.
 */
export function hintOf(epochs: readonly EpochLog[]): string | undefined {
  const logs = epochs.filter(({ valLoss }) => valLoss !== undefined);
  const last = logs.at(-1);
  if (!last || logs.length < FEWEST) return undefined;
  const best = logs.reduce((least, log) => (log.valLoss! < least.valLoss! ? log : least));
  const before = logs[Math.floor((logs.length * 2) / 3) - 1]!;
  const gap = last.valLoss! - last.loss;
  const values = `training loss ${show(last.loss)}, validation loss ${show(last.valLoss!)}`;
  if (gap > WIDE * Math.abs(last.valLoss!) && best !== last) {
    const when = `best in epoch ${best.epoch} with ${show(best.valLoss!)}`;
    return `Overfitting: ${values}, ${when}. Try earlyStopping(), a kernelRegularizer, dropout, fewer units or more data.`;
  }
  if (Math.abs(gap) > WIDE * Math.abs(last.valLoss!)) return undefined;
  if (before.loss - last.loss > FALLING * Math.abs(before.loss)) {
    return `Underfitting: ${values}, and both are still falling. Try more epochs or a higher learning rate.`;
  }
  if (logs[0]!.loss > 0 && last.loss > LITTLE * logs[0]!.loss) {
    return `Underfitting: ${values}, hardly less than in the first epoch. Try more units, a higher learning rate or less penalty.`;
  }
  return undefined;
}

const show = (loss: number): string => String(Number(loss.toPrecision(3)));
