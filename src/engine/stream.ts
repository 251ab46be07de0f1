// Rows of a stream, on the lead's side. They lie in a ring of two windows: while one is trained on, the other one is filled.

import { shuffle } from "../random.js";
import type { StopReason } from "../spec.js";
import type { Batches } from "./batches.js";
import { STREAM } from "./order.js";

/** What a fit parks for: more rows of an epoch of which so many are done. */
export interface Wanted {
  readonly epoch: number;
  readonly done: number;
}

/** The answer of the caller's side. */
export interface Supply {
  /** Rows of the epoch so far, in whole updates unless it ends with them. */
  readonly rows: number;
  /** No more of them come. */
  readonly ended: boolean;
  /** No more come at all, for this reason. */
  readonly stop?: StopReason;
}

/** What a window adds to the turn of an epoch's shuffle: the first one is shuffled as an array of its rows would be. */
const TURNS_BETWEEN = 65536;

export class StreamRows {
  /** Places in the ring, in the order in which they are trained on. */
  readonly #order: Int32Array;
  readonly #batches: Batches;
  readonly #window: number;
  readonly #shuffles: boolean;
  #ended = false;
  stop: StopReason | undefined;

  constructor(order: Int32Array, batches: Batches, window: number, shuffles: boolean) {
    this.#order = order;
    this.#batches = batches;
    this.#window = window;
    this.#shuffles = shuffles;
  }

  /** All rows that came are trained on, and more are to come in this epoch. */
  get starved(): boolean {
    return this.#batches.ended && !this.#ended;
  }

  /** The place in the ring of a row of the epoch. */
  at(row: number): number {
    return row % this.#order.length;
  }

  begin(): void {
    this.#batches.length = 0;
    this.#batches.cursor = 0;
    this.#ended = false;
  }

  /** Lets rows in; if they are shuffled, a whole window or the last rows of the epoch. */
  take({ rows, ended, stop }: Supply, seed: number, epoch: number): void {
    const first = this.#batches.length;
    if (this.#shuffles) {
      const from = this.at(first);
      const window = this.#order.subarray(from, from + rows - first).map((_, i) => from + i);
      shuffle(window, seed, epoch + (first / this.#window) * TURNS_BETWEEN, STREAM.shuffle);
      this.#order.set(window, from);
    }
    this.#batches.length = rows;
    this.#ended = ended;
    this.stop = stop;
  }
}
