// The caller's side of a model: checks, sends, waits, rebuilds errors. Nothing is computed on this thread.

import { boolean, integer, options } from "./check.js";
import { MemoryLimitError, OptionError, ShapeError } from "./errors.js";
import { filesFor, unlessFails } from "./io/files.js";
import { fileOf, type Saved } from "./io/model.js";
import { sizeOf } from "./layers/layer.js";
import { busy, Calls } from "./model/calls.js";
import { type DataInput, readInputs, readTensors, type Targets, type Values } from "./model/data.js";
import { runFit } from "./model/fitting.js";
import { type CompileOptions, type FitInput, readCompile, readFit, readPair, type Settings } from "./model/options.js";
import { Run } from "./model/run.js";
import { Session } from "./model/session.js";
import { summarize } from "./model/summary.js";
import { eachWindow, fillWindow } from "./model/windows.js";
import { compileProgram, type Program } from "./plan/program.js";
import type { ModelSpec, NamedTensor, TensorInput } from "./spec.js";

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
  readonly #calls: Calls;

  constructor(spec: ModelSpec, saved?: Saved) {
    this.#program = compileProgram(spec, saved?.settings.training, saved?.seed ?? drawSeed());
    // A copy that nobody else can change, and that can be sent.
    this.#spec = JSON.parse(JSON.stringify(spec));
    if (saved?.settings.training) this.#settings = saved.settings;
    this.#session = new Session(this.#spec, this.#program, saved);
    this.#calls = new Calls(this.#session);
  }

  /** The architecture as plain JSON; `sequential` takes it back. */
  toJSON(): ModelSpec {
    return JSON.parse(JSON.stringify(this.#spec));
  }

  /**
   * Fixes optimizer, loss, metrics, seed and workers. A second call sets the optimizer anew and keeps the weights.
   *
   * Errors   OptionError, ShapeError; E_BUSY while a fit runs
   */
  compile(given: CompileOptions): void {
    if (this.#calls.fitting) throw busy("compile");
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
    const calls = this.#calls;
    return new Run(calls, async (onLog) => {
      if (calls.fitting) throw busy("fit");
      this.#training("fit");
      const request = readFit(this.#program, x, y, given);
      this.#trainable("fit");
      return calls.fit(() => runFit(this.#program, this.#session, calls, request, given, onLog));
    });
  }

  /** Mean loss with the current penalty, and metrics, over all rows. */
  async evaluate(x: DataInput, y: DataInput, given: { batchSize?: number } = {}): Promise<Record<string, number>> {
    this.#training("evaluate");
    const batch = readBatch(given, "evaluate");
    const data = readPair(this.#program, x, y, "evaluate");
    return this.#calls.attend(async (parked) => {
      const totals: number[] = [];
      let penalty = 0;
      await eachWindow(this.#session, parked, { ...data, batch, who: "evaluate" }, async (rows, size) => {
        const part = await this.#session.all(({ jobs }) => jobs.evaluate(data.x.type, rows, size));
        part.sums.forEach((sum, i) => {
          totals[i] = (totals[i] ?? 0) + sum;
        });
        penalty = part.penalty;
      });
      const metrics = this.#program.training!.metrics.map(
        ({ name }, i) => [name, totals[i + 1]! / data.x.rows] as const,
      );
      const dataLoss = totals[0]! / data.x.rows;
      return { loss: dataLoss + penalty, dataLoss, penalty, ...Object.fromEntries(metrics) };
    });
  }

  /** Outputs for all rows: probabilities after softmax or sigmoid, logits after a linear layer. */
  async predict(x: DataInput, given: { batchSize?: number } = {}): Promise<Prediction> {
    const batch = readBatch(given, "predict");
    const inputs = readInputs(x, this.#program.inputShape, "predict");
    return this.#calls.attend(async (parked) => {
      const width = sizeOf(this.#program.outputShape);
      let data: Float32Array | undefined;
      let start = 0;
      await eachWindow(this.#session, parked, { x: inputs, batch, who: "predict" }, async (rows, size) => {
        const part = await this.#session.all(({ jobs }) => jobs.predict(inputs.type, rows, size));
        data ??= allocate(inputs.rows * width);
        data.set(part!, start * width);
        start += rows;
      });
      return { data: data!, shape: [inputs.rows, ...this.#program.outputShape] };
    });
  }

  /** One update on one batch; the losses are those before it. */
  async trainOnBatch(x: DataInput, y: DataInput): Promise<{ loss: number; dataLoss: number; penalty: number }> {
    this.#training("trainOnBatch");
    const data = readPair(this.#program, x, y, "trainOnBatch");
    this.#trainable("trainOnBatch");
    return this.#calls.alone("trainOnBatch", async () => {
      await fillWindow(this.#session, { ...data, who: "trainOnBatch" });
      return this.#session.all(({ jobs }) => jobs.train(data.x.type, data.x.rows));
    });
  }

  /** Gradients of the loss (penalties included) by weights and input; nothing is updated. */
  async gradients(x: DataInput, y: DataInput, given: GradientOptions = {}): Promise<Gradients> {
    this.#training("gradients");
    const training = readGradientOptions(given, "gradients");
    const data = readPair(this.#program, x, y, "gradients");
    return this.#calls.alone("gradients", async () => {
      await fillWindow(this.#session, { ...data, who: "gradients" }, { inputGradient: true });
      return this.#gradients(data.x, "loss", training);
    });
  }

  /** Gradients by weights and input from a gradient by the output, for a loss of your own. Penalties are included. */
  async backward(
    x: DataInput,
    outputGradient: DataInput,
    given: GradientOptions = {},
  ): Promise<Omit<Gradients, "loss">> {
    const training = readGradientOptions(given, "backward");
    const inputs = readInputs(x, this.#program.inputShape, "backward");
    const gradient = readInputs(outputGradient, this.#program.outputShape, "backward", "outputGradient");
    if (gradient.rows !== inputs.rows) {
      throw new ShapeError(
        `backward: expected as many rows in outputGradient as in x, got ${gradient.rows} and ${inputs.rows}.`,
      );
    }
    return this.#calls.alone("backward", async () => {
      const values = gradient.values instanceof Float32Array ? gradient.values : Float32Array.from(gradient.values);
      const y: Targets = { ...gradient, values, type: "float32", kind: "gradient" };
      await fillWindow(this.#session, { x: inputs, y, who: "backward" }, { inputGradient: true });
      const { loss: _, ...rest } = await this.#gradients(inputs, "output", training);
      return rest;
    });
  }

  /** The optimizer's update from gradients such as `gradients` and `backward` give; penalties are not added again. */
  async applyGradients(gradients: readonly TensorInput[] | { weights: readonly TensorInput[] }): Promise<void> {
    this.#training("applyGradients");
    const list = (gradients as { weights?: unknown } | undefined)?.weights ?? gradients;
    const byIndex = readTensors(list, this.#program.parameters, "applyGradients");
    if (byIndex.size !== this.#program.parameters.length) {
      throw new ShapeError(
        `applyGradients: expected ${this.#program.parameters.length} gradients, got ${byIndex.size}.`,
      );
    }
    const ordered = this.#program.parameters.map((_, i) => byIndex.get(i)!);
    return this.#calls.alone("applyGradients", async () => {
      await this.#session.ensure(this.#session.widen({}));
      await this.#session.all(({ jobs }) => jobs.apply(ordered));
    });
  }

  /** Weights in layer order, kernel before bias; copies. */
  async getWeights(): Promise<NamedTensor[]> {
    return this.#calls.attend(async () => {
      await this.#session.ensure(this.#session.widen({}));
      return this.#session.lead(({ jobs }) => jobs.getWeights());
    });
  }

  /** Sets weights by name, or in layer order if they have no names; what is left out keeps its values. */
  async setWeights(weights: readonly TensorInput[]): Promise<void> {
    const values = readTensors(weights, this.#program.parameters, "setWeights");
    return this.#calls.alone("setWeights", async () => {
      await this.#session.ensure(this.#session.widen({}));
      await this.#session.all(({ jobs }) => jobs.setWeights(values));
    });
  }

  /**
   * Writes the model to a file, in Node: architecture, weights, training, optimizer state and counters, as safetensors. Until it
   * is whole, a file that was there stays as it was. In the middle of an epoch, that epoch is not counted.
   *
   * Errors   FileError; PlatformError in browsers, where there is `toBlob`
   */
  async save(path: string): Promise<void> {
    const disk = filesFor("save", path, "Take toBlob().");
    await unlessFails("save", path, disk.write(path, await this.#file()));
  }

  /** The same file as a Blob. */
  async toBlob(): Promise<Blob> {
    return new Blob(await this.#file(), { type: "application/octet-stream" });
  }

  /** Layers, shapes, parameters, bytes, multiply-adds and the size of the team as text. */
  summary(): string {
    return summarize(this.#program, this.#session.facts);
  }

  /** Ends the model: pending calls reject with E_DISPOSED, threads and memory are given back. */
  async dispose(): Promise<void> {
    await this.#calls.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  // What calls have in common.

  #training(who: string): void {
    if (this.#settings) return;
    throw new OptionError(`${who}: expected a compiled model, got none. Call compile({ optimizer, loss }) first.`);
  }

  #trainable(who: string): void {
    if (this.#program.parameters.length) return;
    throw new OptionError(`${who}: expected a model with weights to train, got none. Add a layer such as dense().`);
  }

  #file(): Promise<Uint8Array<ArrayBuffer>[]> {
    // All read at once, when the call's turn comes: a compile that follows changes none of it.
    return this.#calls.attend(() => fileOf(this.toJSON(), this.#program, this.#settings?.training, this.#session));
  }

  async #gradients(x: Values, from: "loss" | "output", training: boolean): Promise<Gradients> {
    const result = await this.#session.all(({ jobs }) => jobs.gradients(x.type, x.rows, from, training));
    const { loss, weights, input } = result;
    return { loss, weights, input: { data: input, shape: [x.rows, ...this.#program.inputShape] } };
  }
}

function readBatch(given: { batchSize?: number }, who: string): number {
  options(given, who, ["batchSize"]);
  return given.batchSize === undefined ? BATCH : integer(given.batchSize, `${who}: batchSize`, { min: 1 });
}

function readGradientOptions(given: GradientOptions, who: string): boolean {
  options(given, who, ["training"]);
  return given.training === undefined ? true : boolean(given.training, `${who}: training`);
}

/** Room for outputs, made when the model is known to fit. */
function allocate(values: number): Float32Array {
  try {
    return new Float32Array(values);
  } catch {
    const bytes = 4 * values;
    const cure = "Predict fewer rows at a time.";
    throw new MemoryLimitError(`predict: expected room for ${bytes} bytes of outputs, got none. ${cure}`, { bytes });
  }
}

/** A seed for a model that was given none: 32 random bits. */
function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
