// The table of losses: `name` in JSON -> its definition.
import { options, pick } from "../check.js";
import { OptionError } from "../errors.js";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  kullbackLeiblerDivergence,
  sparseCategoricalCrossentropy,
} from "./crossentropy.js";
import type { LossDefinition } from "./loss.js";
import { huber, meanAbsoluteError, meanSquaredError } from "./regression.js";

export const losses = {
  meanSquaredError,
  meanAbsoluteError,
  huber,
  sparseCategoricalCrossentropy,
  categoricalCrossentropy,
  binaryCrossentropy,
  kullbackLeiblerDivergence,
};

type ConfigOf<D> = D extends LossDefinition<infer C> ? C : never;
export type LossName = keyof typeof losses;
/** A loss as JSON: `{ name, ...options }`. */
export type LossSpec = {
  [T in LossName]: { readonly name: T } & Readonly<ConfigOf<(typeof losses)[T]>>;
}[LossName];

/** A name or JSON -> checked JSON. */
export function lossSpec(value: unknown, who = "compile"): LossSpec {
  const row = pick(losses, value, "name", `${who}: loss`) as LossDefinition<object>;
  const given = typeof value === "string" ? { name: value } : (value as LossSpec);
  options(given, given.name, ["name", ...row.options]);
  row.check(given, given.name);
  return given as LossSpec;
}

export const lossOf = (spec: LossSpec): LossDefinition<object> => losses[spec.name] as LossDefinition<object>;

/**
 * Whether a loss takes the logits below the last activation (fused), the last layer's own values (logits, output); OptionError
 * where the pair makes no sense.
 */
export function fitOf(spec: LossSpec, lastActivation: string, units: number): "fused" | "logits" | "output" {
  const { fused } = lossOf(spec);
  if (!fused) return "output";
  const who = `loss ${spec.name}`;
  const wanted = fused.map((name) => `"${name}"`).join(" or ");
  const fromLogits = (spec as { fromLogits?: boolean }).fromLogits ?? false;
  if (units < 2 && !fused.includes("sigmoid")) {
    const cure = 'Use "binaryCrossentropy" with one sigmoid unit, or one unit per class.';
    throw new OptionError(`${who}: expected an output of at least 2 units, one per class, got ${units}. ${cure}`);
  }
  const normalised = ["softmax", "logSoftmax", "sigmoid"].includes(lastActivation);
  if (fromLogits) {
    if (!normalised) return "logits";
    throw new OptionError(
      `${who}: expected a last layer without an activation for fromLogits: true, got "${lastActivation}". Drop one of the two.`,
    );
  }
  if (fused.includes(lastActivation)) return "fused";
  const cure = remedy(lastActivation, fused[0]!);
  throw new OptionError(`${who}: expected a last activation ${wanted}, got "${lastActivation}". ${cure}`);
}

/** What to do about a last activation that a cross-entropy cannot take. */
function remedy(lastActivation: string, wanted: string): string {
  if (lastActivation === "linear") {
    return `Add activation: "${wanted}" to the last layer, or say fromLogits: true; predict then gives logits.`;
  }
  if (lastActivation === "sigmoid") return 'Outputs of a sigmoid go with "binaryCrossentropy".';
  if (wanted !== "sigmoid") return `Change the last layer's activation to "${wanted}".`;
  return 'Outputs of a softmax go with "sparseCategoricalCrossentropy" (labels) or "categoricalCrossentropy" (one-hot).';
}
