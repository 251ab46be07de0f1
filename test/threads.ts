// What tests need to see and to break threads: a platform that remembers what it started, and a worker's code that fails in
// the middle of an update.

import { numbers } from "kernels:numbers";
import workerText from "worker:text";
import { injectPlatform, platform, type Thread } from "../src/platform.js";
import { drain } from "../src/pool.js";

/** Rejects unless `work` settles within `milliseconds`. */
export async function within<T>(milliseconds: number, work: PromiseLike<T>, what = "it"): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What a promise rejects with; an error if it does not. */
export async function rejection(work: PromiseLike<unknown>): Promise<Error & { code?: string }> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a rejection");
}

export interface Spawned extends Thread {
  ended: boolean;
}

/**
 * Runs with a platform that remembers its threads, on plain memory if `plain` gives a reason; no thread of the pool from
 * before or after is shared with it.
 */
export async function watched<T>(plain: string | undefined, run: (threads: Spawned[]) => Promise<T>): Promise<T> {
  const real = platform();
  const threads: Spawned[] = [];
  drain();
  injectPlatform({
    ...real,
    whyNotShared: () => plain ?? real.whyNotShared(),
    spawn(url, code) {
      const thread = real.spawn(url, code);
      const spawned: Spawned = {
        ...thread,
        ended: false,
        terminate() {
          spawned.ended = true;
          thread.terminate();
        },
      };
      thread.onDeath(() => {
        spawned.ended = true;
      });
      threads.push(spawned);
      return spawned;
    },
  });
  try {
    return await run(threads);
  } finally {
    drain();
    injectPlatform(undefined);
  }
}

/** What a worker does of its own in the middle of a run: it ends, throws, or meets a trap in a kernel. */
export type Fault = "exit" | "throw" | "trap";

const inNode = typeof process !== "undefined";
const FAULTS: Record<Fault, string> = {
  // A worker that closes itself still finishes its task in a browser.
  exit: inNode ? "process.exit(3)" : "self.close(); throw new Error('closed')",
  throw: "throw new Error('thrown on purpose')",
  trap: "return kernel(-65536, ...args.slice(1))",
};

/** The address of a worker's code, with something in front of it. */
function workerUrl(hook: string): string {
  const code = `{ ${hook} }\n${workerText}`;
  if (!inNode) return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** The address of a worker's code that ends the `count`th time that it is about to call its state whole; slowly, so that others go on. */
export function faultyLead(count: number): string {
  return workerUrl(`
    const store = Atomics.store;
    let calls = 0;
    Atomics.store = (words, index, value) => {
      // The memory as a whole, not the team's few words at its start.
      if (words.length > 1000 && value === 1 && ++calls === ${count}) {
        const end = performance.now() + 100;
        while (performance.now() < end);
        ${FAULTS.exit}
      }
      return store(words, index, value);
    };`);
}

/** The address of a worker's code that ends before it listens. */
export const deadWorker = (): string => workerUrl(FAULTS.exit);

/**
 * The address of a worker's code whose `count`th call of a kernel (never the first kernels of a step) fails: on the lead, or on a
 * member behind it, told by the start of its share.
 */
export function faultyWorker(fault: Fault, kernelName: string, count: number, onLead: boolean): string {
  const name = JSON.stringify(numbers[kernelName] ?? kernelName);
  return workerUrl(`
    const instantiate = WebAssembly.instantiate;
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate(...given);
      const exports = { ...instance.exports };
      const kernel = exports[${name}];
      let calls = 0;
      exports[${name}] = (...args) => {
        if ((args.at(-2) === 0) === ${onLead} && ++calls === ${count}) { ${FAULTS[fault]} }
        kernel(...args);
      };
      return { exports };
    };`);
}
