// Functions that give losses and metrics of one's own as plain JSON.

import { options } from "../check.js";
import { type Symbolic, traceExpression } from "../expressions/symbol.js";
import type { CustomLoss } from "../losses/custom.js";
import { lossSpec } from "../losses/index.js";
import type { CustomMetric } from "../metrics/custom.js";
import { metricSpec } from "../metrics/index.js";

type Compute = (target: Symbolic, prediction: Symbolic) => Symbolic;

/**
 * A loss of one's own: `defineLoss((target, prediction) => prediction.subtract(target).square())`. The function is called once, here;
 * what it does with the symbols becomes JSON, whose gradient is derived by rules. The mean over a row's outputs is taken where
 * the function leaves several, and the mean over rows always.
 * Shapes: target and prediction (outputs) of one row, or of one step where outputs have several axes; prediction is the model's output
 * behind its last activation.
 * With `target: "labels"` targets are integer labels, and the symbol their one-hot row.
 * Errors: OptionError for JavaScript's own operators on symbols, and for what does not change with the prediction.
 */
export function defineLoss(compute: Compute, config: { name?: string; target?: "values" | "labels" } = {}): CustomLoss {
  const { name = "custom", target } = options(config, "defineLoss", ["name", "target"]) as Partial<CustomLoss>;
  const expression = traceExpression(compute, "defineLoss");
  return lossSpec({ name, ...(target !== undefined && { target }), expression }, "defineLoss") as CustomLoss;
}

/**
 * A metric of one's own, logged as `name`: `defineMetric((target, prediction) => prediction.subtract(target).abs().max(), { name })`.
 * The mean over rows of what the function gives for one, as for `defineLoss`; labels are one-hot rows.
 * Errors: OptionError as for `defineLoss`. Less is better for earlyStopping, unless it says mode: "max".
 */
export function defineMetric(compute: Compute, config: { name?: string } = {}): CustomMetric {
  const { name = "custom" } = options(config, "defineMetric", ["name"]) as Partial<CustomMetric>;
  return metricSpec({ name, expression: traceExpression(compute, "defineMetric") }, "defineMetric") as CustomMetric;
}
