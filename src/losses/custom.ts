import { lookup } from "../check.js";
import { OptionError } from "../errors.js";
import { type Custom, checkCustom } from "../expressions/check.js";
import { compileTape, tapeStep } from "../expressions/tape.js";
import type { LossDefinition } from "./loss.js";

/** A loss of one's own as JSON. */
export interface CustomLoss extends Custom {
  /** "labels": the target is the one-hot row of an integer label. Default "values", a value per output. */
  readonly target?: "values" | "labels";
}

const targets = { values: 0, labels: 1 };

/** OptionError unless it is a loss whose gradient can be followed. */
export function checkCustomLoss(given: CustomLoss, who: string, taken: object): void {
  const { gradient } = checkCustom(given, who, ["target"], taken);
  lookup(targets, given.target ?? "values", `${who}.target`);
  if (gradient >= 0) return;
  const cure = "Comparisons and signs have no slope.";
  throw new OptionError(
    `${who} ${given.name}: expected a value that changes with the prediction, got a constant. ${cure}`,
  );
}

/** The row of a table that a loss of one's own would have. */
export function customLoss({ name, expression, target = "values" }: CustomLoss, units: number): LossDefinition<object> {
  const tape = compileTape(expression, `loss ${name}`, units, target === "labels");
  return {
    options: [],
    check: () => {},
    target,
    vector: true,
    tape,
    forward: (_, { loss, place, ...tensors }) => tapeStep(tape, place!, { ...tensors, value: loss }),
    backward: (_, { loss, place, ...tensors }) => tapeStep(tape, place!, { ...tensors, value: loss }),
  };
}
