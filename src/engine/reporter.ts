// What the lead tells the caller's side while it runs: epoch logs in bundles, progress now and then. From shared memory never
// more than 25 messages a second, however short epochs are.

import type { BatchLog, EpochLog, Progress } from "../spec.js";
import type { RunMemory } from "./memory.js";

/** Logs in order, all since the last message; from plain memory with the snapshot: the state that the last of them left. */
export interface Report {
  readonly logs?: readonly EpochLog[];
  /** Updates since the last message; they came before the logs of their epoch. */
  readonly batches?: readonly BatchLog[];
  readonly state?: Uint8Array;
  readonly progress?: Progress;
}
/** Sends a message to the caller's side without waiting for an answer. */
export type Emit = (report: Report) => void;

const MILLISECONDS = 40;

export class Reporter {
  readonly #run: RunMemory;
  readonly #emit: Emit;
  #logs: EpochLog[] = [];
  #batches: BatchLog[] = [];
  #last = 0;

  constructor(run: RunMemory, emit: Emit) {
    this.#run = run;
    this.#emit = emit;
  }

  /** The state a run starts from, for a caller that cannot see this memory. */
  start(): void {
    this.#last = 0;
    if (!this.#run.shared) this.#emit({ state: this.#run.copyOf(this.#run.layout.state) });
  }

  /** A completed epoch, its snapshot taken. */
  log(log: EpochLog): void {
    this.#logs.push(log);
    // What plain memory holds is lost with its worker: each epoch goes out at once.
    if (!this.#run.shared || this.#isDue()) this.flush();
  }

  /** An update; it goes out with the next message. */
  batch(log: BatchLog): void {
    this.#batches.push(log);
  }

  /** Takes the logs along that wait: where epochs are short, a message is nearly always due between their ends. */
  progress(progress: () => Progress): void {
    if (this.#isDue()) this.#send({ progress: progress() });
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#logs.length || this.#batches.length) this.#send({});
  }

  #send(report: Report): void {
    const [logs, batches] = [this.#logs, this.#batches];
    this.#logs = [];
    this.#batches = [];
    const { shared, layout } = this.#run;
    this.#emit({
      ...(batches.length ? { batches } : {}),
      ...(logs.length ? { logs } : {}),
      ...(logs.length && !shared ? { state: this.#run.copyOf(layout.snapshot) } : {}),
      ...report,
    });
  }

  #isDue(): boolean {
    const now = performance.now();
    if (now - this.#last < MILLISECONDS) return false;
    this.#last = now;
    return true;
  }
}
