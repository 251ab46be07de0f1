// The caller's side of a model: checks, sends, waits, rebuilds errors. Nothing is computed on this thread.

import { boolean, integer, options, show } from "./check.js";
import type { FitOutcome } from "./engine/engine.js";
import { REQUEST } from "./engine/fit.js";
import { OptionError, ShapeError, WorkerError } from "./errors.js";
import { sizeOf } from "./layers/layer.js";
import { checkTensors, type DataInput, readInputs, rowsOf, type Targets, type Values } from "./model/data.js";
import { estimateWorkers } from "./model/estimate.js";
import { type CompileOptions, type FitInput, type FitRequest, readCompile, readFit, readPair, type Settings } from "./model/options.js";
import { Run } from "./model/run.js";
import { Session } from "./model/session.js";
import { summarize } from "./model/summary.js";
import { compileProgram, type Program } from "./plan/program.js";
import { heldRows } from "./engine/order.js";
import type { EpochLog, History, ModelSpec, NamedTensor, Progress } from "./spec.js";

/** Rows a batch in evaluate and predict, unless the call or an earlier fit says more. */
const BATCH = 64;

export interface Prediction {
  data: Float32Array;
  shape: number[];
}
export interface Gradients {
  loss: number;
  weights: NamedTensor[];
  input: Prediction;
}
export interface GradientOptions {
  /** Layers behave as in training (dropout); default true. */
  training?: boolean;
}

/** A sequential model. Its workers start with the first call that needs them. */
export class Model {
  readonly #spec: ModelSpec;
  readonly #session: Session;
  #program: Program;
  #settings: Settings | undefined;
  /** Calls one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Calls that a running fit stops for, at a batch boundary. */
  readonly #attending: (() => Promise<void>)[] = [];
  #fitting = false;
  #paused = false;
  #stopped = false;
  #active = 0;
  #disposed = false;
  #rejectDisposed: (error: WorkerError) => void = () => {};
  readonly #disposal: Promise<never>;
  #wakePaused: () => void = () => {};

  constructor(spec: ModelSpec) {
    this.#spec = spec;
    this.#program = compileProgram(spec, undefined, drawSeed());
    this.#session = new Session(spec, this.#program);
    this.#disposal = new Promise<never>((_, reject) => {
      this.#rejectDisposed = reject;
    });
    this.#disposal.catch(() => {});
  }

  /** The architecture as plain JSON; `sequential` takes it back. */
  toJSON(): ModelSpec {
    return this.#spec;
  }

  /**
   * Fixes optimizer, loss, metrics, seed and workers. A second call sets the optimizer anew and keeps the weights.
   *
   * Errors   OptionError, ShapeError; E_BUSY while a fit runs
   */
  compile(given: CompileOptions): void {
    if (this.#fitting) throw busy("compile");
    const settings = readCompile(given);
    const program = compileProgram(this.#spec, settings.training, settings.seed ?? drawSeed());
    this.#settings = settings;
    this.#program = program;
    this.#session.compile(settings, program);
  }

  /**
   * Trains on rows of x and y in batches; goes on from the weights, steps and epochs of earlier fits.
   *
   * Shapes   x (rows, ...input), y (rows) labels or (rows, ...output)
   * Errors   typed, see the classes; wrong shapes and options before any message, wrong values before step 1
   */
  fit(x: DataInput, y: DataInput, given: FitInput = {}): Run {
    const controls = { stop: () => this.#stop(), pause: () => this.#pause(), resume: () => this.#resume() };
    return new Run(controls, async (onLog) => {
      if (this.#fitting) throw busy("fit");
      this.#training("fit");
      const request = readFit(this.#program, x, y, given);
      this.#trainable("fit");
      this.#fitting = true;
      this.#paused = false;
      this.#stopped = false;
      try {
        return await this.#enqueue(() => this.#runFit(request, given, onLog));
      } finally {
        this.#fitting = false;
        for (const call of this.#attending.splice(0)) void call();
      }
    });
  }

  /** Mean loss with the current penalty, and metrics, over all rows. */
  async evaluate(x: DataInput, y: DataInput, given: { batchSize?: number } = {}): Promise<Record<string, number>> {
    this.#training("evaluate");
    const batch = readBatch(given, "evaluate");
    const data = readPair(this.#program, x, y, "evaluate");
    return this.#attend(async () => {
      const totals: number[] = [];
      let penalty = 0;
      await this.#windows(data.x, data.y, batch, "evaluate", async (rows, size) => {
        const part = await this.#session.all(({ jobs }) => jobs.evaluate(data.x.type, rows, size));
        part.sums.forEach((sum, i) => {
          totals[i] = (totals[i] ?? 0) + sum;
        });
        penalty = part.penalty;
      });
      const metrics = this.#program.training!.metrics.map(({ name }, i) => [name, totals[i + 1]! / data.x.rows] as const);
      const dataLoss = totals[0]! / data.x.rows;
      return { loss: dataLoss + penalty, dataLoss, penalty, ...Object.fromEntries(metrics) };
    });
  }

  /** Outputs for all rows: probabilities after softmax or sigmoid, logits after a linear layer. */
  async predict(x: DataInput, given: { batchSize?: number } = {}): Promise<Prediction> {
    const batch = readBatch(given, "predict");
    const inputs = readInputs(x, this.#program.inputShape, "predict");
    return this.#attend(async () => {
      const width = sizeOf(this.#program.outputShape);
      const data = new Float32Array(inputs.rows * width);
      let start = 0;
      await this.#windows(inputs, undefined, batch, "predict", async (rows, size) => {
        const part = await this.#session.all(({ jobs }) => jobs.predict(inputs.type, rows, size));
        data.set(part!, start * width);
        start += rows;
      });
      return { data, shape: [inputs.rows, ...this.#program.outputShape] };
    });
  }

  /** One update on one batch; the losses are those before it. */
  async trainOnBatch(x: DataInput, y: DataInput): Promise<{ loss: number; dataLoss: number; penalty: number }> {
    this.#training("trainOnBatch");
    const data = readPair(this.#program, x, y, "trainOnBatch");
    this.#trainable("trainOnBatch");
    return this.#alone("trainOnBatch", async () => {
      await this.#fill(data.x, data.y, "trainOnBatch", {});
      return this.#session.all(({ jobs }) => jobs.train(data.x.type, data.x.rows));
    });
  }

  /** Gradients of the loss (penalties included) by weights and input; nothing is updated. */
  async gradients(x: DataInput, y: DataInput, given: GradientOptions = {}): Promise<Gradients> {
    this.#training("gradients");
    const training = readGradientOptions(given, "gradients");
    const data = readPair(this.#program, x, y, "gradients");
    return this.#alone("gradients", async () => {
      await this.#fill(data.x, data.y, "gradients", { inputGradient: true });
      return this.#gradients(data.x, "loss", training);
    });
  }

  /** Gradients by weights and input from a gradient by the output, for a loss of your own. Penalties are included. */
  async backward(x: DataInput, outputGradient: DataInput, given: GradientOptions = {}): Promise<Omit<Gradients, "loss">> {
    this.#training("backward");
    const training = readGradientOptions(given, "backward");
    const inputs = readInputs(x, this.#program.inputShape, "backward");
    const gradient = readInputs(outputGradient, this.#program.outputShape, "backward: outputGradient");
    if (gradient.rows !== inputs.rows) {
      throw new ShapeError(`backward: expected a gradient for ${inputs.rows} rows, got ${gradient.rows}.`);
    }
    return this.#alone("backward", async () => {
      const values = gradient.values instanceof Float32Array ? gradient.values : Float32Array.from(gradient.values);
      const given: Targets = { ...gradient, values, type: "float32", kind: "values" };
      await this.#fill(inputs, given, "backward", { inputGradient: true }, true);
      const { loss: _, ...rest } = await this.#gradients(inputs, "output", training);
      return rest;
    });
  }

  /** The optimizer's update from gradients such as `gradients` and `backward` give; penalties are not added again. */
  async applyGradients(gradients: readonly NamedTensor[] | { weights: readonly NamedTensor[] }): Promise<void> {
    this.#training("applyGradients");
    const list = "weights" in gradients ? gradients.weights : gradients;
    const byIndex = this.#byParameter(list, "applyGradients");
    if (byIndex.size !== this.#program.parameters.length) {
      throw new ShapeError(`applyGradients: expected ${this.#program.parameters.length} gradients, got ${byIndex.size}.`);
    }
    const ordered = this.#program.parameters.map((_, i) => byIndex.get(i)!);
    return this.#alone("applyGradients", async () => {
      await this.#session.ensure(this.#session.widen({}));
      await this.#session.all(({ jobs }) => jobs.apply(ordered));
    });
  }

  /** Weights in layer order, kernel before bias; copies. */
  async getWeights(): Promise<NamedTensor[]> {
    return this.#attend(async () => {
      await this.#session.ensure(this.#session.widen({}));
      return this.#session.lead(({ jobs }) => jobs.getWeights());
    });
  }

  /** Sets weights by name; names that are left out keep their values. */
  async setWeights(weights: readonly NamedTensor[]): Promise<void> {
    const values = this.#byParameter(weights, "setWeights");
    return this.#alone("setWeights", async () => {
      await this.#session.ensure(this.#session.widen({}));
      await this.#session.all(({ jobs }) => jobs.setWeights(values));
    });
  }

  /** Layers, shapes, parameters, bytes and multiply-adds as text. */
  summary(): string {
    return summarize(this.#program, this.#session.bytes);
  }

  /** Ends the model: pending calls reject with E_DISPOSED, threads and memory are given back. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const error = new WorkerError("model: it was disposed of.", "E_DISPOSED");
    this.#rejectDisposed(error);
    this.#wakePaused();
    await this.#session.close(this.#active > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  // What calls have in common.

  #training(who: string): void {
    if (!this.#settings) throw new OptionError(`${who}: expected a compiled model. Call compile({ optimizer, loss }) first.`);
  }

  #trainable(who: string): void {
    if (this.#program.parameters.length) return;
    throw new OptionError(`${who}: expected a model with weights to train, got none. Add a layer such as dense().`);
  }

  /** Runs a call after those before it, raced against dispose(). */
  #enqueue<T>(call: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      this.#active++;
      this.#session.hold(true);
      try {
        return await Promise.race([this.#checked(call), this.#disposal]);
      } finally {
        this.#active--;
        if (!this.#disposed) this.#session.hold(false);
      }
    });
    this.#queue = result.catch(() => {});
    return result;
  }

  #checked<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#disposed) return call();
    return Promise.reject(new WorkerError("model: it was disposed of.", "E_DISPOSED"));
  }

  /** A call that a running fit makes room for. */
  #attend<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#fitting) return this.#enqueue(call);
    return Promise.race([
      this.#disposal,
      new Promise<T>((resolve, reject) => {
        this.#attending.push(() => (this.#fitting ? this.#checked(call) : this.#enqueue(call)).then(resolve, reject));
        this.#ask();
      }),
    ]);
  }

  /** A call that must not meet a running fit. */
  #alone<T>(who: string, call: () => Promise<T>): Promise<T> {
    return this.#fitting ? Promise.reject(busy(who)) : this.#enqueue(call);
  }

  // A fit and its controls.

  /** Tells the lead what is wanted of a running fit. */
  #ask(): void {
    const park = this.#paused || this.#attending.length > 0;
    this.#wakePaused();
    this.#session.request((this.#stopped ? REQUEST.stop : 0) | (park ? REQUEST.park : 0));
  }

  #stop(): void {
    this.#stopped = true;
    this.#paused = false;
    if (this.#fitting) this.#ask();
  }

  #pause(): void {
    this.#paused = true;
    if (this.#fitting) this.#ask();
  }

  #resume(): void {
    this.#paused = false;
    if (this.#fitting) this.#ask();
  }

  async #runFit(request: FitRequest, given: FitInput, onLog: (log: EpochLog) => void): Promise<History> {
    const { options, x, y, validation, validationSplit, transfer } = request;
    const { signal, onEpochEnd, onProgress } = given;
    const abort = () => this.#stop();
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    const epochs: EpochLog[] = [];
    let callbackError: { error: unknown } | undefined;
    const guarded = <A>(call: ((value: A) => void) | undefined, value: A) => {
      try {
        call?.(value);
      } catch (error) {
        callbackError ??= { error };
        abort();
      }
    };
    this.#session.onNote = (message) => {
      if ("log" in message) {
        epochs.push(message.log as EpochLog);
        onLog(message.log as EpochLog);
        guarded(onEpochEnd, message.log as EpochLog);
      } else if ("progress" in message) guarded(onProgress, message.progress as Progress);
    };
    try {
      const workers = this.#session.teamSize(() => estimateWorkers(this.#program, options.batchSize));
      await this.#session.ensure(
        this.#session.widen({
          workers,
          batch: options.batchSize,
          train: { rows: x.rows, type: x.type },
          validation: validation ? { rows: validation.x.rows, type: validation.x.type } : null,
          held: validationSplit > 0 ? heldRows(x.rows, validationSplit) : 0,
          best: options.earlyStopping?.restoreBestWeights ?? false,
        }),
      );
      const { layout } = this.#session;
      await this.#session.upload(layout.train!, x, y, transfer);
      await this.#session.check({ source: "train", type: x.type, rows: x.rows, firstRow: 0, targets: y.kind, who: "fit" });
      if (validation) {
        const { x: xv, y: yv } = validation;
        await this.#session.upload(layout.validation!, xv, yv, transfer);
        const check = { source: "validation", type: xv.type, rows: xv.rows, firstRow: 0, targets: yv.kind } as const;
        await this.#session.check({ ...check, who: "fit: validationData" });
      }
      this.#ask();
      const outcome = await this.#untilEnded(options);
      const { fingerprint, state } = await this.#session.lead(({ jobs }) => jobs.finish());
      this.#session.keep(state);
      if (callbackError) throw callbackError.error;
      const { stopped = "completed", steps = 0, bestEpoch } = outcome;
      const best = bestEpoch === undefined ? {} : { bestEpoch };
      const { workers: ran, numerics } = this.#session;
      return { epochs, stopped, steps, ...best, workers: ran, numerics, seed: this.#program.seed, fingerprint };
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#session.onNote = () => {};
    }
  }

  /** Starts the fit; whenever it parks, serves the calls that asked for it, waits while paused, and goes on. */
  async #untilEnded(options: FitRequest["options"]): Promise<FitOutcome> {
    let outcome = await this.#session.all(({ jobs }) => jobs.fit(options));
    while (outcome.status === "parked") {
      while (this.#attending.length) await this.#attending.shift()!();
      if (this.#paused) {
        await new Promise<void>((resolve) => {
          this.#wakePaused = resolve;
        });
        continue;
      }
      this.#ask();
      outcome = await this.#session.all(({ jobs }) => jobs.resume());
    }
    return outcome;
  }

  // Windows of data.

  /** Rows in windows: each is copied, checked and given to `visit`. */
  async #windows(
    x: Values,
    y: Targets | undefined,
    batch: number,
    who: string,
    visit: (rows: number, batch: number) => Promise<void>,
  ): Promise<void> {
    const session = this.#session;
    if (!this.#fitting) await session.ensure(session.widen({ batch: Math.min(batch, x.rows) }));
    const { window, request } = session.layout;
    const size = Math.min(batch, request.batch);
    for (let start = 0; start < x.rows; start += window.rows) {
      const end = Math.min(x.rows, start + window.rows);
      await session.upload(window, rowsOf(x, start, end), y && rowsOf(y, start, end));
      const check = { source: "window", type: x.type, rows: end - start, firstRow: start } as const;
      await session.check({ ...check, targets: y?.kind ?? "none", who });
      await visit(end - start, size);
    }
  }

  /** One batch of rows into the window. */
  async #fill(x: Values, y: Targets, who: string, need: { inputGradient?: boolean }, anyTargets = false): Promise<void> {
    await this.#session.ensure(this.#session.widen({ batch: x.rows, ...need }));
    await this.#session.upload(this.#session.layout.window, x, y);
    const targets = anyTargets ? "none" : y.kind;
    await this.#session.check({ source: "window", type: x.type, rows: x.rows, firstRow: 0, targets, who });
  }

  async #gradients(x: Values, from: "loss" | "output", training: boolean): Promise<Gradients> {
    const result = await this.#session.all(({ jobs }) => jobs.gradients(x.type, x.rows, from, training));
    const { loss, weights, input } = result;
    return { loss, weights, input: { data: input, shape: [x.rows, ...this.#program.inputShape] } };
  }

  /** Named tensors -> values by index of the parameter; unknown names and wrong sizes throw. */
  #byParameter(list: unknown, who: string): Map<number, Float32Array> {
    checkTensors(list, who);
    const { parameters } = this.#program;
    const values = new Map<number, Float32Array>();
    for (const { name, data } of list) {
      const index = parameters.findIndex(({ fullName }) => fullName === name);
      const known = parameters.map(({ fullName }) => fullName).join(", ");
      if (index < 0) throw new OptionError(`${who}: unknown weights ${show(name)}. Known: ${known || "none"}.`);
      const size = sizeOf(parameters[index]!.shape);
      if (data.length !== size) {
        const shape = parameters[index]!.shape.join(", ");
        throw new ShapeError(`${who}: expected ${size} values for ${name} (${shape}), got ${data.length}.`);
      }
      values.set(index, Float32Array.from(data));
    }
    return values;
  }
}

const busy = (who: string) =>
  new WorkerError(`${who}: a fit is running on this model. Await it, or stop it first.`, "E_BUSY");

function readBatch(given: { batchSize?: number }, who: string): number {
  options(given, who, ["batchSize"]);
  return given.batchSize === undefined ? BATCH : integer(given.batchSize, `${who}: batchSize`, { min: 1 });
}

function readGradientOptions(given: GradientOptions, who: string): boolean {
  options(given, who, ["training"]);
  return given.training === undefined ? true : boolean(given.training, `${who}: training`);
}

/** A seed for a model that was given none: 32 random bits. */
function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
