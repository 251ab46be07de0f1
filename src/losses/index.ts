// The table of losses: `name` in JSON -> its definition.
import { options, pick } from "../check.js";
import { OptionError } from "../errors.js";
import { isCustom } from "../expressions/check.js";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  kullbackLeiblerDivergence,
  sparseCategoricalCrossentropy,
} from "./crossentropy.js";
import { type CustomLoss, checkCustomLoss, customLoss } from "./custom.js";
import { binaryFocalCrossentropy, categoricalFocalCrossentropy, sparseCategoricalFocalCrossentropy } from "./focal.js";
import { categoricalHinge, hinge, squaredHinge } from "./hinge.js";
import type { LossDefinition } from "./loss.js";
import {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
} from "./regression.js";

export const losses = {
  meanSquaredError,
  meanAbsoluteError,
  huber,
  sparseCategoricalCrossentropy,
  categoricalCrossentropy,
  binaryCrossentropy,
  kullbackLeiblerDivergence,
  logCosh,
  poisson,
  meanSquaredLogarithmicError,
  meanAbsolutePercentageError,
  cosineSimilarity,
  hinge,
  squaredHinge,
  categoricalHinge,
  sparseCategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
  binaryFocalCrossentropy,
};

type ConfigOf<D> = D extends LossDefinition<infer C> ? C : never;
export type LossName = keyof typeof losses;
/** A loss as JSON: `{ name, ...options }`, or what defineLoss gives. */
export type LossSpec =
  | {
      [T in LossName]: { readonly name: T } & Readonly<ConfigOf<(typeof losses)[T]>>;
    }[LossName]
  | CustomLoss;

/** A name or JSON -> checked JSON. */
export function lossSpec(value: unknown, who = "compile: loss"): LossSpec {
  if (isCustom(value)) {
    checkCustomLoss(value, who, losses);
    return value;
  }
  const row = pick(losses, value, "name", who) as LossDefinition<object>;
  const given = typeof value === "string" ? { name: value } : (value as LossSpec);
  options(given, given.name, ["name", ...row.options]);
  row.check(given, given.name);
  return given as LossSpec;
}

export const lossOf = (spec: LossSpec, units: number): LossDefinition<object> =>
  isCustom(spec) ? customLoss(spec, units) : (losses[spec.name] as LossDefinition<object>);

/**
 * Whether a loss takes the logits below the last activation (fused), the last layer's own values (logits, output); OptionError
 * where the pair makes no sense.
 */
export function fitOf(spec: LossSpec, lastActivation: string, units: number): "fused" | "logits" | "output" {
  const { fused, after, oneUnit } = lossOf(spec, units);
  const who = `loss ${spec.name}`;
  if (units < 2 && oneUnit) {
    const each = fused ? ", one per class" : "";
    throw new OptionError(`${who}: expected an output of at least 2 units${each}, got ${units}. ${oneUnit}`);
  }
  if (!fused) {
    if (!after || after.includes(lastActivation)) return "output";
    const cure = `Change the last layer's activation to "${after[0]}".`;
    throw new OptionError(`${who}: expected a last activation ${either(after)}, got "${lastActivation}". ${cure}`);
  }
  const fromLogits = (spec as { fromLogits?: boolean }).fromLogits ?? false;
  const normalised = ["softmax", "logSoftmax", "sigmoid"].includes(lastActivation);
  if (fromLogits) {
    if (!normalised) return "logits";
    throw new OptionError(
      `${who}: expected a last layer without an activation for fromLogits: true, got "${lastActivation}". Drop one of the two.`,
    );
  }
  if (fused.includes(lastActivation)) return "fused";
  const cure = remedy(spec.name as LossName, lastActivation, fused[0]!);
  throw new OptionError(`${who}: expected a last activation ${either(fused)}, got "${lastActivation}". ${cure}`);
}

const either = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" or ");

/** What to do about a last activation that a cross-entropy cannot take. */
function remedy(name: LossName, lastActivation: string, wanted: string): string {
  const family = name.endsWith("FocalCrossentropy") ? "FocalCrossentropy" : "Crossentropy";
  if (lastActivation === "linear") {
    return `Add activation: "${wanted}" to the last layer, or say fromLogits: true; predict then gives logits.`;
  }
  if (lastActivation === "sigmoid") return `Outputs of a sigmoid go with "binary${family}".`;
  if (wanted !== "sigmoid") return `Change the last layer's activation to "${wanted}".`;
  return `Outputs of a softmax go with "sparseCategorical${family}" (labels) or "categorical${family}" (one-hot).`;
}
