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
  #wake: () => void = () => {};
  #settled = false;
  #observed = false;

  constructor(controls: Controls, start: (onLog: (log: EpochLog) => void) => Promise<History>) {
    this.#controls = controls;
    this.#history = start((log) => {
      this.#logs.push(log);
      this.#wake();
    });
    const settle = () => {
      this.#settled = true;
      this.#wake();
    };
    this.#history.then(settle, (error) => {
      settle();
      // Nobody looks at this run: the failure goes where unhandled ones go.
      if (!this.#observed) void Promise.reject(error);
    });
  }

  then<A = History, B = never>(
    fulfilled?: ((history: History) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#observed = true;
    return this.#history.then(fulfilled, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<History | B> {
    return this.then(undefined, rejected);
  }

  finally(done?: (() => void) | null): Promise<History> {
    this.#observed = true;
    return this.#history.finally(done);
  }

  /** Ends the run at the next batch; the history says "aborted". */
  stop(): void {
    this.#controls.stop();
  }

  /** Holds the run at the next batch until `resume` or `stop`. */
  pause(): void {
    this.#controls.pause();
  }

  resume(): void {
    this.#controls.resume();
  }

  /** Logs in order, from the first epoch; leaving the loop early stops the run. */
  async *[Symbol.asyncIterator](): AsyncIterator<EpochLog> {
    this.#observed = true;
    let next = 0;
    try {
      for (;;) {
        while (next < this.#logs.length) yield this.#logs[next++]!;
        if (this.#settled) {
          await this.#history;
          return;
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      if (!this.#settled) this.stop();
    }
  }
}
