// Which weights a model has: those that it trains, or their averages, which it has between fits. Every member of the team calls
// these functions together.

import type { Linked } from "../kernels.js";
import { AVERAGE_SLOT } from "../optimizers/average.js";
import { swapPlan } from "../plan/average.js";
import type { RunMemory } from "./memory.js";
import type { OptimizerState } from "./optimizer.js";

export class Averages {
  readonly #run: RunMemory;
  readonly #state: OptimizerState;
  /** Undefined for an optimizer that keeps none. */
  readonly #swap: Linked | undefined;

  constructor(run: RunMemory, state: OptimizerState) {
    this.#run = run;
    this.#state = state;
    if (run.program.training?.optimizerConfig.useEma) this.#swap = run.link(swapPlan(run.layout));
  }

  /** Before updates: the model has the trained weights from here on. */
  toTrained(): void {
    const { layout, team } = this.#run;
    // What is frozen is its own average: once thawed it goes on from there.
    const frozen = layout.parameters.flatMap(({ parameter }, i) => (parameter.trainable ? [] : [i]));
    if (frozen.length) this.unite(frozen);
    if (!this.#state.averaged) return;
    this.#run.copyShare(layout.state, layout.snapshot);
    this.#exchange(() => {
      this.#state.averaged = false;
    });
    this.#run.refresh();
    if (team.leads) this.#run.stable = true;
  }

  /** After a fit: the model has the averages from here on. */
  toAverages(): void {
    if (!this.#swap || this.#state.averaged || this.#state.step === 0) return;
    this.#exchange(() => {
      this.#state.averaged = true;
    });
    this.#run.refresh();
    if (this.#run.team.leads) this.#run.stable = true;
  }

  /** In a fit, its snapshot being whole: does something with the averages in the place of the weights. */
  during(work: () => void): void {
    if (!this.#swap) {
      work();
      return;
    }
    this.#exchange();
    work();
    this.#exchange();
    if (this.#run.team.leads) this.#run.stable = true;
  }

  /** Makes what the model has its other weights, too: all, or those of some parameters by index. */
  unite(indices: Iterable<number> = this.#run.layout.parameters.keys()): void {
    if (!this.#swap) return;
    for (const index of indices) {
      const { weight, slots } = this.#run.layout.parameters[index]!;
      this.#run.copyShare(weight, slots.get(AVERAGE_SLOT)!);
    }
    this.#run.team.barrier();
  }

  /** Between its two barriers neither state is whole: a snapshot must be. */
  #exchange(then = () => {}): void {
    const { team } = this.#run;
    if (team.leads) this.#run.stable = false;
    team.barrier();
    this.#run.run(this.#swap!);
    if (team.leads) then();
    team.barrier();
  }
}
