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

/** Ends the fit at the first one. */
export class Setbacks {
  protected readonly state: OptimizerState;
  /** What waits to be dealt with, or ended the fit. */
  protected found: Divergence | undefined;
  protected why = "";
  /** The state's step when the epoch began. */
  #firstStep = 0;

  constructor(state: OptimizerState) {
    this.state = state;
  }

  /** Updates are left out one by one. */
  get skips(): boolean {
    return false;
  }

  /** Something was found, and the fit did not go on since. */
  get pending(): boolean {
    return this.found !== undefined;
  }

  /** Of several in a row the first counts: the others follow from it. */
  note(layer: string, what: string, epoch: number, step: number): void {
    this.found ??= new Divergence(what, layer, epoch, step);
  }

  /** The update was left out. */
  skipped(): void {}

  beginEpoch(): void {
    this.#firstStep = this.state.step;
  }

  /** At an epoch's end: true if no update of it was made, and the fit is to end, since it would be so the next time. */
  madeNothing(): boolean {
    return this.state.step === this.#firstStep;
  }

  /**
   * At the end of an epoch, with its mean data loss: whether the state that it began with is the one to go back to. The state that
   * it ended with would not do: finite weights may be beyond help, but those an epoch was completed from are not.
   */
  keeps(_dataLoss: number): boolean {
    return false;
  }

  /** After the return to the last snapshot: that the fit ends, or goes back further; nothing if the epoch starts again there. */
  retry(): "backtrack" | "end" | undefined {
    return "end";
  }

  /** The state is back where the epoch begins. */
  startAgain(): void {}

  /** An epoch was completed. */
  completed(_epoch: number): void {}

  /** Throws what ended the fit, if something did; the best epoch's weights are back where early stopping restores them. */
  throw(bestEpoch: number | undefined): void {
    const kept = bestEpoch === undefined ? "the last completed epoch" : `epoch ${bestEpoch}, the best one`;
    if (this.found) throw this.found.error("fit", `${this.why}The weights are those of ${kept}.`);
  }

  get report(): SetbackReport {
    return {};
  }
}

/** Goes on without the update, or from an earlier state at half the learning rate. */
class Lenient extends Setbacks {
  readonly #skips: boolean;
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
  /** The factor from the next start on. */
  #next = 1;

  constructor(state: OptimizerState, skips: boolean) {
    super(state);
    this.#skips = skips;
    this.#scale = state.scale;
  }

  override get skips(): boolean {
    return this.#skips;
  }

  override note(layer: string, what: string, epoch: number, step: number): void {
    super.note(layer, what, epoch, step);
    this.#first ??= this.found;
  }

  override skipped(): void {
    this.#count++;
    this.#last = this.found;
    this.found = undefined;
  }

  override madeNothing(): boolean {
    if (!super.madeNothing()) return false;
    this.found = this.#last;
    this.why = "Every update of the epoch was left out. ";
    return true;
  }

  override keeps(dataLoss: number): boolean {
    if (this.#skips || dataLoss > this.#lowest) return false;
    this.#lowest = dataLoss;
    return true;
  }

  override retry(): "backtrack" | "end" | undefined {
    if (this.#skips) return "end";
    if (this.#halvings === MOST_HALVINGS) {
      this.state.scale = this.#scale;
      this.why = `The learning rate was halved ${MOST_HALVINGS} times in vain. `;
      return "end";
    }
    this.#halvings++;
    this.#count++;
    this.#next = this.state.scale / 2;
    this.found = undefined;
    return this.#lowest < Number.POSITIVE_INFINITY ? "backtrack" : undefined;
  }

  override startAgain(): void {
    this.state.scale = this.#next;
  }

  override completed(epoch: number): void {
    if (epoch <= this.#furthest) return;
    this.#scale = this.state.scale;
    this.#furthest = epoch;
    this.#halvings = 0;
  }

  override get report(): SetbackReport {
    const count = this.#skips ? { skipped: this.#count } : { rollbacks: this.#count };
    return this.#count ? { ...count, warning: this.#warning(this.#first!) } : count;
  }

  #warning({ layer, what, epoch, step }: Divergence): string {
    const first = `the first in ${layer} (${what}) in epoch ${epoch}, step ${step}`;
    const times = (one: string, more: string) => (this.#count === 1 ? `1 ${one}` : `${this.#count} ${more}`);
    if (this.#skips) {
      const what = times("update was", "updates were");
      return `${what} left out for values that were not finite, ${first}. Look at these rows, or lower the learning rate.`;
    }
    const now = `The learning rate is now ${this.state.scale} times what was compiled`;
    return `The fit went back ${times("time", "times")} for values that were not finite, ${first}. ${now}; compile a lower one.`;
  }
}

/** What a policy makes of them. */
export const setbacksOf = (policy: OnNonFinite, state: OptimizerState): Setbacks =>
  policy === "stop" ? new Setbacks(state) : new Lenient(state, policy === "skip");
