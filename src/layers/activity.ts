import { number, options } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";

/** Strengths of a penalty on a layer's output, each >= 0; default 0. */
export interface ActivityPenalty {
  readonly l1?: number;
  readonly l2?: number;
}

/** OptionError unless both strengths are numbers >= 0. */
export function checkActivity(penalty: ActivityPenalty | undefined, who: string): void {
  if (penalty === undefined) return;
  options(penalty, who, ["l1", "l2"]);
  checkStrengths(penalty, who);
}

function checkStrengths({ l1 = 0, l2 = 0 }: ActivityPenalty, who: string): void {
  number(l1, `${who}.l1`, { min: 0, max: 1e30 });
  number(l2, `${who}.l2`, { min: 0, max: 1e30 });
}

/**
 * `out = inp`, and the loss takes on `(l1 * sum|inp| + l2 * sum(inp^2)) / B`: values near zero, with l1 most of them zero.
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Loss     a part of `penalty` in logs, in evaluate too
 * Errors   OptionError for strengths below 0
 * Kernel   assembly/layers/activity.ts
 * Source   Keras' ActivityRegularization
 */
export const activityRegularization: LayerDefinition<ActivityPenalty> = {
  options: ["l1", "l2"],
  stepwise: true,
  check: checkStrengths,
  output: (_, inp) => inp,
  penalises: true,
  alias: ({ l1 = 0, l2 = 0 }) => (l1 === 0 && l2 === 0 ? "always" : "never"),
  forward: ({ l1 = 0, l2 = 0 }, { batch, out, inp, activity }) => [
    step("activity_forward", batch, writes(activity), writes(out), reads(inp), l1, l2, inp.width, inp.stride),
  ],
  // The loss of an update is the mean over its rows, and so is the penalty.
  backward: ({ l1 = 0, l2 = 0 }, { batch, dinp, dout, inp, total }) =>
    dinp
      ? [
          step(
            "activity_backward",
            batch,
            writes(dinp),
            reads(dout),
            reads(inp),
            l1 / total,
            l2 / total,
            inp.width,
            dinp.stride,
          ),
        ]
      : [],
};
