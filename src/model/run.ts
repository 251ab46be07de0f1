// A fit under way: a promise of its history, an iterable of its logs, and its controls.

import type { EpochLog, History } from "../spec.js";

interface Controls {
  stop(): void;
  pause(): void;
  resume(): void;
}

/** A run of `fit`: await it, iterate over its epochs, pause, resume and stop it. */
export class Run implements PromiseLike<History>, AsyncIterable<EpochLog> {
  readonly #history: Promise<History>;
  readonly #controls: Controls;
  readonly #logs: EpochLog[] = [];
  /** Wakes the loops that wait for a log or the end. */
  readonly #waiting = new Set<() => void>();
  #settled = false;
  /** Rejects with the history; handled as soon as somebody looks at the run, so that only unseen failures are reported. */
  readonly #seen: Promise<void>;

  constructor(controls: Controls, start: (onLog: (log: EpochLog) => void) => Promise<History>) {
    this.#controls = controls;
    this.#history = start((log) => {
      this.#logs.push(log);
      this.#wake();
    });
    this.#seen = this.#history.then(
      () => this.#settle(),
      (error) => {
        this.#settle();
        throw error;
      },
    );
  }

  #settle(): void {
    this.#settled = true;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** The history, for somebody who takes care of its failure. */
  #observe(): Promise<History> {
    this.#seen.catch(() => {});
    return this.#history;
  }

  then<A = History, B = never>(
    fulfilled?: ((history: History) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#observe().then(fulfilled, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<History | B> {
    return this.then(undefined, rejected);
  }

  finally(done?: (() => void) | null): Promise<History> {
    return this.#observe().finally(done);
  }

  /** Ends the run at the next batch; the history says "aborted". */
  stop(): void {
    if (!this.#settled) this.#controls.stop();
  }

  /** Holds the run at the next batch until `resume` or `stop`. */
  pause(): void {
    if (!this.#settled) this.#controls.pause();
  }

  resume(): void {
    if (!this.#settled) this.#controls.resume();
  }

  /** Logs in order, from the first epoch; leaving the loop early stops the run. */
  async *[Symbol.asyncIterator](): AsyncIterator<EpochLog> {
    const history = this.#observe();
    let next = 0;
    try {
      for (;;) {
        while (next < this.#logs.length) yield this.#logs[next++]!;
        if (this.#settled) {
          await history;
          return;
        }
        await new Promise<void>((resolve) => {
          this.#waiting.add(resolve);
        });
      }
    } finally {
      if (!this.#settled) this.stop();
    }
  }
}
