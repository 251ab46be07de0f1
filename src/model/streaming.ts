// A fit from a stream: rows come in while the team trains, and a team that has none left waits parked.

import type { FitOutcome } from "../engine/engine.js";
import type { Supply, Wanted } from "../engine/stream.js";
import { DataError } from "../errors.js";
import type { Program } from "../plan/program.js";
import type { DataSize } from "../plan/request.js";
import type { Calls } from "./calls.js";
import type { Rows } from "./chunks.js";
import { estimateWorkers } from "./estimate.js";
import { Feed } from "./feed.js";
import { type Course, dataSize, fillSource } from "./fitting.js";
import type { Session } from "./session.js";
import type { StreamRequest } from "./streamOptions.js";

/** The longest time that a timer takes. */
const LONGEST = 2147483647;

export class StreamCourse implements Course {
  readonly warnings: string[] = [];
  readonly #program: Program;
  readonly #session: Session;
  readonly #calls: Calls;
  readonly #request: StreamRequest;
  #deadline = Number.POSITIVE_INFINITY;
  #fail: (error: unknown) => void = () => {};
  #feed: Feed | undefined;
  /** The epoch whose rows come in, and how many were begun. */
  #epoch: number | undefined;
  #begun = 0;

  constructor(program: Program, session: Session, calls: Calls, request: StreamRequest) {
    this.#program = program;
    this.#session = session;
    this.#calls = calls;
    this.#request = request;
  }

  async run(fail: (error: unknown) => void): Promise<FitOutcome> {
    const { options, reader } = this.#request;
    this.#fail = fail;
    if (options.maxTime !== null) this.#deadline = performance.now() + options.maxTime * 1000;
    try {
      const first = await this.#first();
      if (!first) return await this.#unstarted();
      await this.#prepare(first);
      this.#calls.ask();
      return await this.#untilEnded();
    } finally {
      await this.#feed?.close();
      const error = await reader.close();
      if (error !== undefined) this.warnings.push(`The source failed when it was told to end: ${error}`);
    }
  }

  /** The chunk that says how the rows are kept; undefined if the run ends before it comes. */
  async #first(): Promise<Rows | undefined> {
    const { reader } = this.#request;
    if (this.#calls.stopped) return undefined;
    const settled: { value?: Rows | undefined; error?: unknown } = {};
    const asked = reader.next().then(
      (value) => Object.assign(settled, { value }),
      (error: unknown) => Object.assign(settled, { error }),
    );
    while (!("value" in settled || "error" in settled || this.#calls.stopped || this.#late)) {
      // A call that waits for its turn needs workers that live.
      if (this.#session.broken) await this.#session.ensure(this.#session.widen({}));
      await this.#changed(asked);
    }
    if (this.#calls.stopped || this.#late) return undefined;
    if ("error" in settled) this.#fail(settled.error);
    else if (!settled.value) this.#fail(noRows(0));
    return settled.value;
  }

  /** The end of a run that had no rows. */
  async #unstarted(): Promise<FitOutcome> {
    await this.#session.ensure(this.#session.widen({ workers: this.#workers }));
    return { status: "ended", stopped: this.#calls.stopped ? "aborted" : "maxTime", steps: 0 };
  }

  get #workers(): number {
    return this.#session.teamSize(() => estimateWorkers(this.#program, this.#request.options.batchSize));
  }

  get #late(): boolean {
    return performance.now() >= this.#deadline;
  }

  /** Memory for two windows and what else there is; rows begin to come in with the first epoch. */
  async #prepare(first: Rows): Promise<void> {
    const { options, reader, sizes, validation } = this.#request;
    const session = this.#session;
    const size = { ...dataSize(first), rows: 2 * sizes.window };
    const train: DataSize = options.mixup ? { ...size, mixed: true } : size;
    const need = {
      workers: this.#workers,
      batch: options.batchSize,
      train,
      validation: validation ? dataSize(validation) : null,
      accumulates: options.updateRows > options.batchSize,
      best: options.earlyStopping?.restoreBestWeights ?? false,
      undo: options.onNonFinite !== "stop",
    };
    await session.ensure(session.widen(need));
    if (validation) await fillSource(session, "validation", validation, "fit: validationData");
    const write = (rows: Rows, place: number) => session.upload(session.layout.train!, rows, false, place);
    this.#feed = new Feed(reader, sizes, write, first);
  }

  async #untilEnded(): Promise<FitOutcome> {
    const { options } = this.#request;
    let outcome = await this.#session.all(({ jobs }) => jobs.fit(options));
    while (outcome.status === "parked") {
      await this.#calls.serveParked();
      const supply = outcome.wanted && (await this.#supply(outcome.wanted));
      outcome = await this.#session.all(({ jobs }) => jobs.resume(supply));
    }
    return outcome;
  }

  /** Waits for rows; undefined where the run is stopped meanwhile. */
  async #supply({ epoch, done }: Wanted): Promise<Supply | undefined> {
    const feed = this.#feed!;
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#begun++;
      feed.begin();
    }
    feed.free(done);
    for (;;) {
      const { stopped } = this.#calls;
      if (stopped || this.#session.broken) return undefined;
      const { offer } = feed;
      if (offer) return offer.rows ? this.#checked(offer, done) : this.#exhausted();
      if (feed.failure) return this.#failed(feed.failure.error);
      if (this.#late) return { rows: done, ended: false, stop: "maxTime" };
      await this.#changed(feed.changed());
    }
  }

  /** Rows whose values can be trained on. */
  async #checked(supply: Supply, done: number): Promise<Supply | undefined> {
    const { train } = this.#session.layout;
    const { types } = train!;
    const capacity = 2 * this.#request.sizes.window;
    try {
      for (let row = done; row < supply.rows; ) {
        const from = row % capacity;
        const rows = Math.min(supply.rows - row, capacity - from);
        const targets = this.#feed!.targets;
        await this.#session.check({ source: "train", types, rows, from, firstRow: row, targets, who: "fit" });
        row += rows;
      }
      return supply;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return this.#failed(error);
    }
  }

  /** An epoch without rows: what a single pass ends with, and a mistake where each epoch has its own. */
  #exhausted(): Supply | undefined {
    const epoch = this.#begun - 1;
    if (this.#request.reader.renews || epoch === 0) return this.#failed(noRows(epoch));
    this.warnings.push(
      `The source ended after ${epoch} of ${this.#request.epochs} epochs. Fewer stepsPerEpoch make shorter epochs.`,
    );
    return { rows: 0, ended: false, stop: "completed" };
  }

  /** Ends the run, which keeps what it has learned so far, and then fails with the error. */
  #failed(error: unknown): undefined {
    this.#fail(error);
    return undefined;
  }

  /** Serves calls until something settles, or the run's time is over. */
  async #changed(settled: Promise<unknown>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      const left = Math.ceil(this.#deadline - performance.now());
      if (left <= LONGEST) timer = setTimeout(resolve, left);
    });
    await this.#calls.serveParked(Promise.race([settled, late])).finally(() => clearTimeout(timer));
  }
}

function noRows(epoch: number): DataError {
  const cure = epoch > 0 ? " Have the function return a new iterable each time it is called." : "";
  return new DataError(`fit: expected rows from the source in epoch ${epoch} of this fit, got none.${cure}`);
}
