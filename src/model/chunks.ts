// A source of rows as a user gives it -> chunks of checked rows, one at a time and no sooner than asked for.

import { options, short, show } from "../check.js";
import { DataError, type WhetstoneError } from "../errors.js";
import { type Port, type Program, portName } from "../plan/program.js";
import type { Targets, Values } from "./data.js";
import type { Naming } from "./naming.js";
import { byPort, type ModelInput, type ModelTarget, type Pair, readPair } from "./ports.js";
import { type ClassWeight, readWeights } from "./weights.js";

/** Any number of rows with their targets, and a weight for each row if every chunk has some. */
export type Chunk =
  | readonly [x: ModelInput, y: ModelTarget]
  | { readonly x: ModelInput; readonly y: ModelTarget; readonly sampleWeight?: ArrayLike<number> };
export type Chunks = Iterable<Chunk> | AsyncIterable<Chunk>;
/** A stream of rows: one pass over it, or a function that starts a new one for each epoch. An array is data, not a stream. */
export type ChunkSource =
  | AsyncIterable<Chunk>
  | (Iterable<Chunk> & { readonly length?: never })
  | (() => Chunks | PromiseLike<Chunks>);

/** A chunk as it goes into memory. */
export interface Rows extends Pair {
  readonly weights: Float32Array | undefined;
}

const isIterable = (value: object): value is Chunks => Symbol.asyncIterator in value || Symbol.iterator in value;

/** True for a function or an iterable that is no array. */
export const isSource = (value: unknown): value is ChunkSource =>
  typeof value === "function" ||
  (typeof value === "object" &&
    value !== null &&
    isIterable(value) &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value));

const FORM = "[x, y] or { x, y, sampleWeight }";

export class ChunkReader {
  readonly #source: ChunkSource;
  readonly #program: Program;
  readonly #naming: Naming;
  readonly #classWeight: Exclude<ClassWeight, "balanced"> | undefined;
  #iterator: Iterator<Chunk> | AsyncIterator<Chunk> | undefined;
  /** Chunks of this pass. */
  #count = 0;
  /** The source is at work. */
  #pending = false;
  /** The pass has no more chunks. */
  #ended = false;
  #closed = false;
  /** What the first chunk had: the others are the same. */
  #first: Rows | undefined;

  constructor(source: ChunkSource, program: Program, naming: Naming, classWeight?: Exclude<ClassWeight, "balanced">) {
    this.#source = source;
    this.#program = program;
    this.#naming = naming;
    this.#classWeight = classWeight;
  }

  /** True if the source is asked in vain so far. */
  get pending(): boolean {
    return this.#pending;
  }

  /** The next chunk that has rows; undefined at the end of a pass. */
  async next(): Promise<Rows | undefined> {
    while (!this.#ended) {
      const result = await this.#ask(async () => {
        this.#iterator ??= await this.#open();
        return this.#closed ? undefined : this.#iterator.next();
      });
      if (this.#closed || result === undefined) return undefined;
      if (result.done) {
        this.#iterator = undefined;
        this.#ended = true;
        return undefined;
      }
      const rows = this.#read(result.value, `fit: chunk ${this.#count++}`);
      if (rows) return rows;
    }
    return undefined;
  }

  /** True if each epoch is a pass of its own. */
  get renews(): boolean {
    return typeof this.#source === "function";
  }

  /** Ends a pass, early unless it has ended; what comes next is a new one. */
  async renew(): Promise<void> {
    this.#count = 0;
    this.#ended = false;
    const iterator = this.#iterator;
    this.#iterator = undefined;
    if (iterator) await this.#ask(async () => iterator.return?.());
  }

  /** Tells the source that no more is wanted; what is at work is not waited for. The error of a source that fails at this. */
  async close(): Promise<unknown> {
    this.#closed = true;
    const iterator = this.#iterator;
    this.#iterator = undefined;
    const returned = (async () => iterator?.return?.())().then(
      () => undefined,
      (error: unknown) => error,
    );
    return this.#pending ? undefined : returned;
  }

  async #open(): Promise<Iterator<Chunk> | AsyncIterator<Chunk>> {
    const source = this.#source;
    const chunks: unknown = typeof source === "function" ? await source() : source;
    if (typeof chunks !== "object" || chunks === null || !isIterable(chunks)) {
      throw new DataError(`fit: expected a function that returns an iterable of ${FORM}, got ${show(chunks)} from it.`);
    }
    const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    // Too late: it is told so at once.
    if (this.#closed) void (async () => iterator.return?.())().catch(() => {});
    return iterator;
  }

  /** Has the source do something; its errors are told as its own. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    this.#pending = true;
    try {
      return await work();
    } catch (error) {
      // It has ended itself.
      this.#iterator = undefined;
      throw error instanceof DataError ? error : failed(error, this.#count);
    } finally {
      this.#pending = false;
    }
  }

  #read(chunk: Chunk, who: string): Rows | undefined {
    const [x, y, sampleWeight] = partsOf(chunk, who);
    const { inputs, outputs } = this.#program;
    if (isEmpty(x, inputs, `${who}: x`) && isEmpty(y, outputs, `${who}: y`)) return undefined;
    const pair = readPair(this.#program, x, y, who, this.#naming);
    const given = {
      ...(sampleWeight === undefined ? {} : { sampleWeight }),
      ...(this.#classWeight === undefined ? {} : { classWeight: this.#classWeight }),
    };
    const rows = { x: pair.x, y: pair.y.map(asFloats), weights: readWeights(given, pair.y) };
    this.#first ??= rows;
    return alike(rows, this.#first, this.#program, who);
  }
}

function partsOf(chunk: Chunk, who: string): [ModelInput, ModelTarget, ArrayLike<number>?] {
  if (Array.isArray(chunk) && chunk.length === 2) return [chunk[0], chunk[1]];
  const object = typeof chunk === "object" && chunk !== null && !Array.isArray(chunk) && "x" in chunk && "y" in chunk;
  if (!object) throw new DataError(`${who}: expected ${FORM}, got ${show(chunk)}.`);
  options(chunk, who, ["x", "y", "sampleWeight"]);
  return [chunk.x, chunk.y, chunk.sampleWeight];
}

/** No rows for any of the ports, as when a filter takes all of them out. */
const isEmpty = (given: unknown, ports: readonly Port[], who: string): boolean =>
  byPort(given, ports, who).every((data) => {
    const { length } = ((data as { data?: unknown } | undefined)?.data ?? data ?? {}) as ArrayLike<unknown>;
    return length === 0;
  });

/** Labels of one kind, whatever kinds the chunks have: the check of their values makes them whole again. */
function asFloats(y: Targets): Targets {
  if (y.kind !== "integers") return y;
  return { ...y, values: Float32Array.from(y.values), kind: "floats" };
}

/** Rows as those of the first chunk are: bytes become floats where these came first. */
function alike(rows: Rows, first: Rows, { inputs }: Program, who: string): Rows {
  if ((rows.weights === undefined) !== (first.weights === undefined)) {
    throw new DataError(
      `${who}: expected sampleWeight in every chunk or in none, got the other. Give 1 where none is.`,
    );
  }
  const x = rows.x.map((data, i): Values => {
    const { type } = first.x[i]!;
    if (data.type === type) return data;
    if (type === "uint8") {
      const expected = `expected bytes in ${portName("x", inputs, i)} as in the chunks before`;
      throw new DataError(`${who}: ${expected}, got ${show(data.values)}. Take one type for all chunks.`);
    }
    return { ...data, values: Float32Array.from(data.values), type: "float32" };
  });
  return { ...rows, x };
}

/** The error of a source that threw one. */
function failed(cause: unknown, chunk: number): WhetstoneError {
  const text = cause instanceof Error ? short(cause.message) : show(cause);
  return new DataError(`fit: expected chunk ${chunk} from the source, got an error: ${text}. It is the cause.`, {
    cause,
  });
}
