// What a fit does about numbers that are not finite: it ends, leaves updates out, or goes back and takes smaller steps.

import { Divergence } from "./divergence.js";
import type { OptimizerState } from "./optimizer.js";

export type OnNonFinite = "stop" | "skip" | "rollback";

/** How often it went on; `warning` says so in words, if it did. */
export interface SetbackReport {
  readonly skipped?: number;
  readonly rollbacks?: number;
  readonly warning?: string;
}

/** Halvings of the learning rate before a fit gives up that gets no further than the epoch it had come to. */
const MOST_HALVINGS = 10;

export class Setbacks {
  readonly #policy: OnNonFinite;
  readonly #state: OptimizerState;
  /** What waits to be dealt with, or ended the fit. */
  #found: Divergence | undefined;
  #first: Divergence | undefined;
  #last: Divergence | undefined;
  #count = 0;
  /** Since a further epoch than before was completed. */
  #halvings = 0;
  #furthest = -1;
  /** The factor of the learning rate when it was. */
  #scale: number;
  /** The lowest loss of an epoch. */
  #lowest = Number.POSITIVE_INFINITY;
  /** The state's step when the epoch began. */
  #firstStep = 0;
  /** The factor from the next start on. */
  #next = 1;
  #why = "";

  constructor(policy: OnNonFinite, state: OptimizerState) {
    this.#policy = policy;
    this.#state = state;
    this.#scale = state.scale;
  }

  /** Updates are left out one by one. */
  get skips(): boolean {
    return this.#policy === "skip";
  }

  /** Something was found, and the fit did not go on since. */
  get pending(): boolean {
    return this.#found !== undefined;
  }

  /** Of several in a row the first counts: the others follow from it. */
  note(layer: string, what: string, epoch: number, step: number): void {
    this.#found ??= new Divergence(what, layer, epoch, step);
    this.#first ??= this.#found;
  }

  /** The update was left out. */
  skipped(): void {
    this.#count++;
    this.#last = this.#found;
    this.#found = undefined;
  }

  beginEpoch(): void {
    this.#firstStep = this.#state.step;
  }

  /** At an epoch's end: true if no update of it was made, and the fit is to end, since it would be so the next time. */
  madeNothing(): boolean {
    if (this.#state.step > this.#firstStep) return false;
    this.#found = this.#last;
    this.#why = "Every update of the epoch was left out. ";
    return true;
  }

  /**
   * At the end of an epoch, with its mean data loss: whether the state that it began with is the one to go back to. The state that
   * it ended with would not do: finite weights may be beyond help, but those an epoch was completed from are not.
   */
  keeps(dataLoss: number): boolean {
    if (this.#policy !== "rollback" || dataLoss > this.#lowest) return false;
    this.#lowest = dataLoss;
    return true;
  }

  /** After the return to the last snapshot: that the fit ends, or goes back further; nothing if the epoch starts again there. */
  retry(): "backtrack" | "end" | undefined {
    if (this.#policy !== "rollback") return "end";
    if (this.#halvings === MOST_HALVINGS) {
      this.#state.scale = this.#scale;
      this.#why = `The learning rate was halved ${MOST_HALVINGS} times in vain. `;
      return "end";
    }
    this.#halvings++;
    this.#count++;
    this.#next = this.#state.scale / 2;
    this.#found = undefined;
    return this.#lowest < Number.POSITIVE_INFINITY ? "backtrack" : undefined;
  }

  /** The state is back where the epoch begins. */
  startAgain(): void {
    this.#state.scale = this.#next;
  }

  /** An epoch was completed. */
  completed(epoch: number): void {
    if (epoch <= this.#furthest) return;
    this.#scale = this.#state.scale;
    this.#furthest = epoch;
    this.#halvings = 0;
  }

  /** Throws what ended the fit, if something did; the best epoch's weights are back where early stopping restores them. */
  throw(bestEpoch: number | undefined): void {
    const kept = bestEpoch === undefined ? "the last completed epoch" : `epoch ${bestEpoch}, the best one`;
    if (this.#found) throw this.#found.error("fit", `${this.#why}The weights are those of ${kept}.`);
  }

  get report(): SetbackReport {
    if (this.#policy === "stop") return {};
    const count = this.#policy === "skip" ? { skipped: this.#count } : { rollbacks: this.#count };
    return this.#count ? { ...count, warning: this.#warning(this.#first!) } : count;
  }

  #warning({ layer, what, epoch, step }: Divergence): string {
    const first = `the first in ${layer} (${what}) in epoch ${epoch}, step ${step}`;
    const times = (one: string, more: string) => (this.#count === 1 ? `1 ${one}` : `${this.#count} ${more}`);
    if (this.skips) {
      const what = times("update was", "updates were");
      return `${what} left out for values that were not finite, ${first}. Look at these rows, or lower the learning rate.`;
    }
    const now = `The learning rate is now ${this.#state.scale} times what was compiled`;
    return `The fit went back ${times("time", "times")} for values that were not finite, ${first}. ${now}; compile a lower one.`;
  }
}
