// Labels as texts: the names a model knows its classes by, and targets numbered by them.

import { short, show } from "../check.js";
import { isTexts, namesOf, numberTexts, readNames } from "../data/labels.js";
import { DataError, OptionError } from "../errors.js";
import type { Program } from "../plan/program.js";
import type { DataInput, TargetInput } from "./data.js";

/** The names a call has; one that trains may learn them from its first texts. */
export interface Naming {
  names: readonly string[] | undefined;
  readonly learns: boolean;
}

/** Targets with their texts numbered; everything else stays as it is. */
export function numberTargets(y: TargetInput, program: Program, naming: Naming, who: string): DataInput {
  if (!isTexts(y)) return y;
  const [outcome, second] = program.training!.outcomes;
  const { target, config } = outcome!;
  if (second) {
    const cure = "Number them with encodeLabels().";
    throw new DataError(`${who}: y: expected numbers for a model of several outputs, got texts. ${cure}`);
  }
  if (target !== "labels") {
    const cure = 'Use the loss "sparseCategoricalCrossentropy", or number them with encodeLabels().';
    throw new DataError(
      `${who}: y: expected numbers for ${show((config as { name: string }).name)}, got texts. ${cure}`,
    );
  }
  naming.names ??= learn(y, program, naming, who);
  // Finds what is no text, too.
  namesOf(y, `${who}: y`);
  return numberTexts(y, naming.names, `${who}: y`);
}

function learn(y: readonly string[], program: Program, { learns }: Naming, who: string): readonly string[] {
  if (!learns) {
    const cure = "Fit on texts first, or set model.labels.";
    throw new DataError(`${who}: y: expected a model that knows names for its classes, got texts and none. ${cure}`);
  }
  const names = namesOf(y, `${who}: y`);
  const outputs = program.outputs[0]!.shape.at(-1)!;
  if (names.length === outputs) return names;
  const cure = `Give the last layer units: ${names.length}, or set model.labels to the names of all classes.`;
  const got = `${names.length} (${short(names.join(", "))})`;
  throw new DataError(`${who}: y: expected as many different labels as outputs, ${outputs}, got ${got}. ${cure}`);
}

/** Names for the classes of a model, a copy. */
export function readLabels(names: unknown, program: Program): readonly string[] {
  const known = readNames(names, "model.labels");
  const outputs = program.outputs[0]!.shape.at(-1)!;
  if (known.length === outputs) return [...known];
  throw new OptionError(`model.labels: expected a name for each of ${outputs} outputs, got ${known.length}.`);
}
