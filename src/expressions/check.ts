// What a loss and a metric of one's own have in common as JSON.
import { options, show } from "../check.js";
import { OptionError } from "../errors.js";
import { compileTape, type Expression, type Tape } from "./tape.js";

/** A text; no literal is one, so that names of tables still tell the types of their rows apart. */
export type CustomName = string & { readonly custom: true };

export interface Custom {
  /** What errors call it, and logs where it is a metric. */
  readonly name: CustomName;
  /** Written by defineLoss and defineMetric. */
  readonly expression: Expression;
}

const RESERVED =
  "epoch loss dataLoss penalty learningRate batchSize seconds samplesPerSecond generalizationGap sparsity confusionMatrix";
/** True for a name in logs that is no metric's. */
export const isReserved = (name: string): boolean => RESERVED.split(" ").includes(name) || /^val[A-Z]/.test(name);

/** True for JSON that has an expression of its own. */
export const isCustom = (value: unknown): value is Custom =>
  value !== null && typeof value === "object" && (value as { expression?: unknown }).expression !== undefined;

/** OptionError unless `given` has a name that nobody else has and an expression that is one. */
export function checkCustom(given: Custom, who: string, known: readonly string[], taken: object): Tape {
  options(given, who, ["name", "expression", ...known]);
  const { name, expression } = given;
  const plain = typeof name === "string" && /^[a-z]\w{0,63}$/i.test(name) && !isReserved(name);
  if (!plain || Object.hasOwn(taken, name)) {
    throw new OptionError(`${who}.name: expected a word that names nothing else, got ${show(name)}. Rename it.`);
  }
  return compileTape(expression, `${who} ${name}`, 1, false);
}
