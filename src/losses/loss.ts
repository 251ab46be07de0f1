// What a loss is: a row of the table in index.ts.
import type { Tensor } from "../arena.js";
import type { Tape, TapePlace } from "../expressions/tape.js";
import type { Split, Step } from "../kernels.js";

export interface LossContext {
  readonly batch: Split;
  /** One value a row. */
  readonly loss: Tensor;
  /** The model's output; logits where the loss is fused. */
  readonly pred: Tensor;
  readonly dpred: Tensor;
  /** Labels (one int32 a row, or a step) or values (rows like the output's). */
  readonly target: Tensor;
  /** 1 / rows of the batch: the loss of a batch is the mean of its rows. */
  readonly scale: number;
  /** Where the definition's tape lies. */
  readonly place?: TapePlace | undefined;
}

export interface LossDefinition<Config> {
  readonly options: readonly string[];
  check(config: Config, who: string): void;
  readonly target: "labels" | "values";
  /** The loss to use for targets of the other kind. */
  readonly sibling?: string;
  /** Last activations whose logits it takes instead of their output; without them the loss takes the output itself. */
  readonly fused?: readonly string[];
  /** Last activations that it can take, where it is not fused; any where this is missing. */
  readonly after?: readonly string[];
  /** What to do about an output of one unit, where that makes no sense. */
  readonly oneUnit?: string;
  /** Takes the last axis as one vector: of several ones an example, the mean. Without it, the loss is the mean of any values. */
  readonly vector?: true;
  /** Every output is a yes or no of its own by its sign. */
  readonly signs?: true;
  /** Operations of a loss that somebody defined; only for the units it was compiled for. */
  readonly tape?: Tape;
  /** Row losses only. */
  forward(config: Config, context: Omit<LossContext, "dpred" | "scale">): Step;
  /** Row losses, and the gradient of their mean by the prediction. */
  backward(config: Config, context: LossContext): Step;
}

export interface Logits {
  /** The model's last layer is linear and gives logits. */
  fromLogits?: boolean;
}
export interface Smoothing extends Logits {
  /** s in `(1 - s) * target + s / classes`, 0 <= s < 1. */
  labelSmoothing?: number;
}
