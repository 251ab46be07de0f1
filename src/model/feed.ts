// Chunks of a stream -> rows in a run's memory: a ring of two windows, of which one is filled while the other is trained on.

import type { TargetKind } from "../engine/check.js";
import { macrotask } from "../rpc.js";
import type { ChunkReader, Rows } from "./chunks.js";
import { rowsOf } from "./data.js";

/** Milliseconds after which the caller's thread gets a turn for something else. */
const BREATH = 8;

/** Copies rows to a place in the ring; there they do not go over its end. */
export type WriteRows = (rows: Rows, place: number) => Promise<void>;

/** Sizes in rows. */
export interface FeedSizes {
  readonly window: number;
  readonly update: number;
  /** The most of an epoch. */
  readonly epoch: number;
  /** Whether windows are handed over whole, for their rows are shuffled. */
  readonly whole: boolean;
}

export class Feed {
  readonly #reader: ChunkReader;
  readonly #sizes: FeedSizes;
  readonly #write: WriteRows;
  /** Rows of the epoch that are in memory, or were; and how many of them are trained on, their places free again. */
  #written = 0;
  #done = 0;
  #ended = false;
  #failure: { error: unknown } | undefined;
  #closed = false;
  /** Of a chunk that has more rows than there is room. */
  #rest: Rows | undefined;
  #filling: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<() => void>();

  constructor(reader: ChunkReader, sizes: FeedSizes, write: WriteRows, first: Rows) {
    this.#reader = reader;
    this.#sizes = sizes;
    this.#write = write;
    this.#rest = first;
    this.targets = first.y.map(({ kind }) => kind);
  }

  /** Starts to fill in the rows of an epoch. */
  begin(): void {
    this.#written = 0;
    this.#done = 0;
    this.#ended = false;
    this.#filling = this.#fill();
  }

  /** Rows of the epoch up to this one are trained on. */
  free(done: number): void {
    this.#done = done;
    this.#tell();
  }

  /** What can be handed over: rows of the epoch, at most a window more than are done. */
  get offer(): { rows: number; ended: boolean } | undefined {
    const { window, update, whole } = this.#sizes;
    const ready = this.#ended ? this.#written : this.#written - (this.#written % (whole ? window : update));
    const rows = Math.min(ready, this.#done + window);
    const ended = this.#ended && rows === this.#written;
    return rows > this.#done || ended ? { rows, ended } : undefined;
  }

  /** What the targets are to be checked as. */
  readonly targets: readonly TargetKind[];

  /** Why no more rows come. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** Settles when there may be more to offer. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Ends it, at once if the source is at work; nothing is written afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rest = undefined;
    this.#tell();
    if (!this.#reader.pending) await this.#filling;
  }

  async #fill(): Promise<void> {
    let last = performance.now();
    try {
      while (this.#written < this.#sizes.epoch) {
        await this.#room();
        const rows = this.#closed ? undefined : (this.#rest ?? (await this.#reader.next()));
        if (!rows || this.#closed) break;
        await this.#take(rows);
        this.#tell();
        if (performance.now() - last < BREATH) continue;
        await macrotask();
        last = performance.now();
      }
      if (!this.#closed) await this.#endEpoch();
    } catch (error) {
      this.#failure = { error };
    }
    this.#tell();
  }

  /** All rows of the epoch are in memory; a source that gives a new pass for each is told where one has no use for more. */
  async #endEpoch(): Promise<void> {
    if (this.#reader.renews) {
      this.#rest = undefined;
      await this.#reader.renew();
    }
    this.#ended = true;
  }

  /** Wakes who waits. */
  #tell(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Resolves when a row fits in. */
  async #room(): Promise<void> {
    while (!this.#closed && this.#written - this.#done >= 2 * this.#sizes.window) await this.changed();
  }

  /** Writes as many rows as there is room for, and keeps the rest. */
  async #take(rows: Rows): Promise<void> {
    const capacity = 2 * this.#sizes.window;
    const place = this.#written % capacity;
    const room = Math.min(this.#done + capacity, this.#sizes.epoch) - this.#written;
    const count = Math.min(rowsIn(rows), room, capacity - place);
    await this.#write(part(rows, 0, count), place);
    this.#rest = count < rowsIn(rows) ? part(rows, count, rowsIn(rows)) : undefined;
    this.#written += count;
  }
}

const rowsIn = ({ x }: Rows): number => x[0]!.rows;
const part = ({ x, y, weights }: Rows, from: number, to: number): Rows => ({
  x: x.map((data) => rowsOf(data, from, to)),
  y: y.map((data) => rowsOf(data, from, to)),
  weights: weights?.subarray(from, to),
});
