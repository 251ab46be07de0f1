// When calls on a model run: one after the other, between two batches of a running fit, or not at all.

import { WorkerError } from "../errors.js";
import { REQUEST } from "../plan/layout.js";
import type { Session } from "./session.js";

export class Calls {
  readonly #session: Session;
  #queue: Promise<unknown> = Promise.resolve();
  #active = 0;
  #disposed = false;
  /** Rejects of what is pending, for the end of the model; each is taken out as soon as its call is settled. */
  readonly #pending = new Set<(error: WorkerError) => void>();
  /** Calls that a running fit makes room for. */
  readonly #attending: (() => Promise<void>)[] = [];
  #fitting = false;
  #paused = false;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(session: Session) {
    this.#session = session;
    session.onDeath = () => this.#wake();
  }

  get fitting(): boolean {
    return this.#fitting && !this.#disposed;
  }

  /** The running fit was asked to stop. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Runs a call after those before it, raced against the end of the model. */
  enqueue<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      this.#active++;
      this.#session.hold(true);
      try {
        return await this.#untilDisposed(this.#unlessDisposed(call));
      } finally {
        this.#active--;
        if (!this.#disposed) this.#session.hold(false);
      }
    });
    this.#queue = result.catch(() => {});
    return result;
  }

  /** A call that a running fit parks for; it is told whether one did. */
  attend<T>(call: (parked: boolean) => Promise<T>): Promise<T> {
    const alone = () => call(false);
    if (!this.fitting) return this.enqueue(alone);
    const served = new Promise<T>((resolve, reject) => {
      this.#attending.push(() =>
        (this.#fitting ? this.#unlessDisposed(() => call(true)) : this.enqueue(alone)).then(resolve, reject),
      );
      this.ask();
    });
    return this.#untilDisposed(served);
  }

  /** A call that must not meet a running fit: E_BUSY if it does. */
  alone<T>(who: string, call: () => Promise<T>): Promise<T> {
    return this.fitting ? Promise.reject(busy(who)) : this.enqueue(call);
  }

  /** The one fit at a time. */
  async fit<T>(call: () => Promise<T>): Promise<T> {
    this.#fitting = true;
    this.#paused = false;
    this.#stopped = false;
    try {
      return await this.enqueue(call);
    } finally {
      this.#fitting = false;
      for (const waiting of this.#attending.splice(0)) void waiting();
    }
  }

  /** Tells the lead of a running fit what is wanted: a stop, a park for pauses and calls, or nothing. */
  ask(): void {
    if (!this.#fitting) return;
    this.#wake();
    const park = this.#paused || this.#attending.length > 0;
    this.#session.request((this.#stopped ? REQUEST.stop : 0) | (park ? REQUEST.park : 0));
  }

  stop(): void {
    this.#stopped = true;
    this.#paused = false;
    this.ask();
  }

  pause(): void {
    this.#paused = !this.#stopped;
    this.ask();
  }

  resume(): void {
    this.#paused = false;
    this.ask();
  }

  /**
   * While a fit is parked: serves what waits, and holds as long as it is paused and its workers live. With `until` it also holds
   * until that settles or the run is stopped.
   */
  async serveParked(until?: Promise<unknown>): Promise<void> {
    let settled = until === undefined;
    void until?.then(() => {
      settled = true;
      this.#wake();
    });
    for (;;) {
      while (this.#attending.length) await this.#attending.shift()!();
      const holds = this.#paused || !(settled || this.#stopped);
      if (!holds || this.#session.broken) break;
      await this.#untilDisposed(
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      );
    }
    this.ask();
  }

  /** Rejects everything pending, and whatever comes later. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const reject of this.#pending) reject(disposed());
    this.#pending.clear();
    await this.#session.close(this.#active > 0);
  }

  /** The same promise, but the end of the model rejects it. Nothing outlives it: a race with a lasting promise would. */
  #untilDisposed<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#disposed) reject(disposed());
      this.#pending.add(reject);
      promise.then(resolve, reject).finally(() => this.#pending.delete(reject));
    });
  }

  #unlessDisposed<T>(call: () => Promise<T>): Promise<T> {
    return this.#disposed ? Promise.reject(disposed()) : call();
  }
}

const disposed = () =>
  new WorkerError("model: expected a live model, but it was disposed of. Make a new one.", "E_DISPOSED");

/** The error of a call that would disturb a running fit. */
export const busy = (who: string) =>
  new WorkerError(`${who}: expected an idle model, but a fit is running on it. Await it, or stop it first.`, "E_BUSY");
