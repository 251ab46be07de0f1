// What a layout is asked to hold.

import type { ValueType } from "../spec.js";

/** Rows of one kind: how many, and how inputs and targets lie in memory. */
export interface DataSize {
  readonly rows: number;
  /** Of each input. */
  readonly types: readonly ValueType[];
  /** Each row has a weight in the loss. */
  readonly weighted: boolean;
  /** Each row is mixed with another one. */
  readonly mixed?: boolean;
}

/** What a layout must hold; `merge` of two holds both. */
export interface LayoutRequest {
  readonly workers: number;
  /** The largest batch. */
  readonly batch: number;
  readonly train: DataSize | null;
  readonly validation: DataSize | null;
  /** Rows of the training data that are set apart for validation. */
  readonly held: number;
  readonly best: boolean;
  /** An update, or epochs before the last snapshot, may be undone. */
  readonly undo?: boolean;
  readonly inputGradient: boolean;
  /** An update may take several batches. */
  readonly accumulates: boolean;
}

/** How many of n rows a share sets apart: at least one, and at least one is left. */
export const heldRows = (n: number, share: number): number => Math.min(n - 1, Math.max(1, Math.floor(n * share)));

/** True if a layout made for `have` serves `need`: the same data sizes, and no less of anything. */
export function holds(have: LayoutRequest, need: LayoutRequest): boolean {
  const kept = ["rows", "types", "weighted", "mixed"] as const;
  const same = (a: DataSize | null, b: DataSize | null) => !b || kept.every((key) => `${a?.[key]}` === `${b[key]}`);
  return (
    have.workers === need.workers &&
    have.batch >= need.batch &&
    same(have.train, need.train) &&
    same(have.validation, need.validation) &&
    (!need.train || (have.held === need.held && !have.validation === !need.validation)) &&
    (have.best || !need.best) &&
    (have.undo || !need.undo) &&
    (have.accumulates || !need.accumulates) &&
    (have.inputGradient || !need.inputGradient)
  );
}
