// Calls into a worker: comlink, with an end for calls to a dead worker, and errors that keep class, code and fields.

import * as Comlink from "comlink";
import { fromWire, toWire, type WireError, WorkerError } from "./errors.js";
import type { Thread } from "./platform.js";

type Reply<T> = { ok: true; value: T } | { ok: false; error: WireError };
// biome-ignore lint/suspicious/noExplicitAny: jobs differ in their arguments
type Jobs = Record<string, (...args: any[]) => unknown>;
type Remote<J extends Jobs> = {
  [K in keyof J]: (...args: Parameters<J[K]>) => Promise<Awaited<ReturnType<J[K]>>>;
};

const NOTE = "whetstone";

/** The worker's end: runs jobs, none before `ready`; errors as data. */
export function serve(jobs: Jobs, endpoint: Comlink.Endpoint, ready: Promise<void>): void {
  const facade: Jobs = Object.create(null);
  for (const [name, job] of Object.entries(jobs)) {
    facade[name] = async (...args) => {
      await ready;
      try {
        return { ok: true, value: await job(...args) };
      } catch (error) {
        return { ok: false, error: toWire(error) };
      }
    };
  }
  Comlink.expose(facade, endpoint);
}

/** A message to the owner that waits for no answer. */
export function note(endpoint: Comlink.Endpoint, message: object, transfer: Transferable[] = []): void {
  endpoint.postMessage({ [NOTE]: message }, transfer);
}

/** Marks buffers of an argument or a result as moved, not copied. */
export const move = <T extends object>(value: T, buffers: ArrayBufferLike[]): T =>
  Comlink.transfer(value, buffers as ArrayBuffer[]);

/**
 * Lets the event loop turn once; not a timer, for those are slowed down in hidden tabs. Node has a call for it, and takes longer to make
 * channels. A channel of its own each time: messages of one port would be taken up before anything else is looked at.
 */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate: turn } = globalThis as { setImmediate?: (task: () => void) => void };
    if (turn) {
      turn(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** The owner's end of one thread. */
export class Connection<J extends Jobs> {
  readonly jobs: Remote<J>;
  readonly #thread: Thread;
  #reason: string | undefined;
  readonly #pending = new Set<(error: WorkerError) => void>();
  readonly #proxy: Comlink.Remote<Jobs>;
  onNote: (message: object) => void = () => {};
  onDeath: (reason: string) => void = () => {};

  constructor(thread: Thread) {
    this.#thread = thread;
    thread.onDeath((reason) => this.end(reason));
    thread.endpoint.addEventListener("message", ((event: MessageEvent) => {
      const message = event.data?.[NOTE];
      if (message) this.onNote(message);
    }) as EventListener);
    // The proxy is held for the connection's life: comlink drops calls of a proxy that was collected.
    this.#proxy = Comlink.wrap<Jobs>(thread.endpoint) as Comlink.Remote<Jobs>;
    this.jobs = new Proxy({} as Remote<J>, {
      get: (_, name: string) => (name === "then" ? undefined : (...args: unknown[]) => this.#call(name, args)),
    });
  }

  get dead(): string | undefined {
    return this.#reason;
  }

  async #call(name: string, args: unknown[]): Promise<unknown> {
    if (this.#reason !== undefined) throw died(this.#reason);
    let fail: (error: WorkerError) => void = () => {};
    const death = new Promise<never>((_, reject) => {
      fail = reject;
      this.#pending.add(reject);
    });
    try {
      const call = this.#proxy[name] as unknown as (...values: unknown[]) => Promise<Reply<unknown>>;
      const reply = await Promise.race([call(...args), death]);
      if (!reply.ok) throw fromWire(reply.error);
      return reply.value;
    } finally {
      this.#pending.delete(fail);
    }
  }

  ref(): void {
    this.#thread.ref();
  }

  unref(): void {
    this.#thread.unref();
  }

  /** Ends the thread; what is pending rejects at once, for no event comes after a terminate. */
  end(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#thread.terminate();
    for (const reject of this.#pending) reject(died(reason));
    this.#pending.clear();
    this.onDeath(reason);
  }
}

const died = (reason: string) => new WorkerError(`worker: expected an answer, but ${reason}.`);
