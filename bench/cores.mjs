// How far two cores are from each other: nanoseconds that a line of the cache takes from one to the other. Machines with several caches
// of the last level, and virtual ones that move from core to core, have near and far ones, and a team lives on what goes between them.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

const TURNS = 4000;
/** Where others have the cores, it is given up. */
const PATIENCE_MILLISECONDS = 100;
const [START, TURN, GIVEN_UP] = [0, 16, -1];
/** Cores that share a cache of the last level are nearer than this, others are not. */
export const NEAR_NANOSECONDS = 100;

const answer = `
const { workerData: words } = require("node:worker_threads");
for (let run = 0; ; ) {
  Atomics.wait(words, ${START}, run);
  // Not one more than before: a run may be given up, and the next one asked for, while this thread has no core.
  run = Atomics.load(words, ${START});
  for (let turn = 1, seen = 0; turn < ${TURNS} && seen !== ${GIVEN_UP}; turn += 2) {
    do seen = Atomics.load(words, ${TURN}); while (seen !== turn && seen !== ${GIVEN_UP});
    Atomics.compareExchange(words, ${TURN}, turn, turn + 1);
  }
}`;

/** Measures when asked; both threads are busy for a moment then, and idle otherwise. */
export class Cores {
  #words = new Int32Array(new SharedArrayBuffer(256));
  #worker = availableParallelism() > 1 ? new Worker(answer, { eval: true, workerData: this.#words }) : undefined;

  constructor() {
    // The engine makes fast code of the loops first.
    for (let i = 0; i < 8; i++) this.measure();
  }

  /** Nanoseconds one way, the least of three runs; undefined where that cannot be seen. */
  measure() {
    const found = this.#worker ? [1, 2, 3].flatMap(() => this.#run() ?? []) : [];
    return found.length ? Math.min(...found) : undefined;
  }

  #run() {
    const words = this.#words;
    Atomics.store(words, TURN, 0);
    Atomics.add(words, START, 1);
    Atomics.notify(words, START);
    const start = performance.now();
    let begin = start;
    for (let turn = 0; turn < TURNS; turn += 2) {
      // The first half wakes the other thread.
      if (turn === TURNS / 2) begin = performance.now();
      Atomics.store(words, TURN, turn + 1);
      for (let spins = 1; Atomics.load(words, TURN) !== turn + 2; spins++) {
        if (spins % 10_000 || performance.now() - start < PATIENCE_MILLISECONDS) continue;
        Atomics.store(words, TURN, GIVEN_UP);
        return undefined;
      }
    }
    return ((performance.now() - begin) * 1e6) / (TURNS / 2);
  }

  close() {
    return this.#worker?.terminate();
  }
}
