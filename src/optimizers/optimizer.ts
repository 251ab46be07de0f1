// What an optimizer is: a row of the table in index.ts.
import type { Access, Argument, Split, Step } from "../kernels.js";
import type { Rate } from "../schedules/index.js";

/** The tensors of one parameter's update; `common` are the arguments that every update kernel takes last. */
export interface UpdateContext {
  readonly split: Split;
  readonly weight: Access;
  slot(name: string): Access;
  /** Gradient, penalty values, flag, hyper, l1, l2, floats of one unit of the split. */
  readonly common: readonly [
    gradient: Access,
    penalty: Argument,
    flag: Access,
    hyper: Access,
    l1: number,
    l2: number,
    unit: number,
  ];
}

/** A factor of a running product: the same in every step, or made from all products as they were before the step. */
export type Factor = number | ((before: Float64Array) => number);

export interface OptimizerDefinition<Config> {
  readonly options: readonly string[];
  readonly defaults: Config;
  check(config: Config, who: string): void;
  /** Names of the tensors it keeps for each parameter. */
  slots(config: Config): readonly string[];
  /** Factors whose running products (beta^t) it needs, in float64, kept with the counters. */
  products?(config: Config): readonly Factor[];
  /** Names of numbers that it keeps with the counters, 0 at the start. */
  readonly counters?: readonly string[];
  /**
   * How many pairs of moves and changes it makes its direction from; its slots and counters are those of lbfgs then, and an
   * epoch must be one update.
   */
  pairs?(config: Config): number;
  /** Its kernel takes the weight decay as a part of its direction, from its own numbers. */
  readonly ownDecay?: true;
  /**
   * The numbers of step t = 1, 2, ... that its kernel reads, 15 at most; `products[i]` = factor i of steps 1..t multiplied.
   * `decay` is the step's weight decay, for kernels that take it themselves.
   */
  hyper(config: Config, rate: number, products: Float64Array, t: number, decay: number): readonly number[];
  update(config: Config, context: UpdateContext): Step;
}

export interface WithRate {
  learningRate: Rate;
}
