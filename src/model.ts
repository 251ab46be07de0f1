// The caller's side of a model: checks, sends, waits, rebuilds errors. Nothing is computed on this thread.

import { OptionError } from "./errors.js";
import { filesFor, unlessFails } from "./io/files.js";
import { fileOf, type Saved } from "./io/model.js";
import {
  type ConfusionMatrix,
  type EvaluateOptions,
  type GradientOptions,
  type Gradients,
  type Prediction,
  readEvaluate,
  readGradientOptions,
} from "./model/answers.js";
import { busy, Calls } from "./model/calls.js";
import { type CloneOptions, partsOf, readClone } from "./model/cloning.js";
import { readTensors } from "./model/data.js";
import { checkConfusion, runEvaluate } from "./model/evaluating.js";
import { checkTrainable, withTrainable } from "./model/freezing.js";
import { readBackward, readGradients, runGradients } from "./model/gradients.js";
import { type Naming, readLabels } from "./model/naming.js";
import { type CompileOptions, type FitInput, readCompile, type Settings } from "./model/options.js";
import { type ModelInput, type ModelTarget, readAllInputs, readPair } from "./model/ports.js";
import { type PredictOptions, readPredict, runPredict } from "./model/predicting.js";
import { Run } from "./model/run.js";
import { Session } from "./model/session.js";
import { type ChunkSource, readStart, type StreamInput } from "./model/starting.js";
import { runReset } from "./model/stateful.js";
import { summarize } from "./model/summary.js";
import { fillWindow, typesOf } from "./model/windows.js";
import { compileProgram, outputNames, type Program } from "./plan/program.js";
import { drawSeed } from "./random.js";
import type { ModelSpec, NamedTensor, TensorInput } from "./spec.js";

/** A model. Its workers start with the first call that needs them. */
export class Model {
  #spec: ModelSpec;
  readonly #session: Session;
  #program: Program;
  #settings: Settings | undefined;
  #given: CompileOptions | undefined;
  #labels: readonly string[] | undefined;
  readonly #calls: Calls;

  constructor(spec: ModelSpec, saved?: Saved) {
    this.#program = compileProgram(spec, saved?.settings.training, saved?.seed ?? drawSeed());
    // A copy that nobody else can change, and that can be sent.
    this.#spec = JSON.parse(JSON.stringify({ layers: spec.layers, graph: spec.graph }));
    this.labels = spec.labels;
    if (saved?.settings.training) this.#settings = saved.settings;
    this.#session = new Session(this.#spec, this.#program, saved);
    this.#calls = new Calls(this.#session);
  }

  /** The architecture as plain JSON; `sequential` and `functional` take it back. */
  toJSON(): ModelSpec {
    return { ...JSON.parse(JSON.stringify(this.#spec)), ...(this.#labels ? { labels: this.labels } : {}) };
  }

  /** Names of the classes, learned from the first texts the model was trained on, sorted; `decodeLabels` takes them. */
  get labels(): string[] | undefined {
    return this.#labels && [...this.#labels];
  }

  set labels(names: readonly string[] | undefined) {
    this.#labels = names === undefined ? undefined : readLabels(names, this.#program);
  }

  /** A copy of what `compile` was given, names as checked JSON; undefined before. Another model's `compile` takes it. */
  get compileOptions(): CompileOptions | undefined {
    if (!this.#settings) return undefined;
    const { loss, ...training } = JSON.parse(JSON.stringify(this.#settings.training));
    return { ...this.#given, ...training, ...(loss ? { loss } : {}) };
  }

  /**
   * Fixes optimizer, loss, metrics, seed and workers. A second call sets the optimizer anew and keeps the weights; the first one
   * draws those anew that were only drawn so far, if it names a seed.
   *
   * Errors   OptionError, ShapeError; E_BUSY while a fit runs
   */
  compile(given: CompileOptions): void {
    if (this.#calls.fitting) throw busy("compile");
    const settings = readCompile(given, outputNames(this.#program));
    const program = compileProgram(this.#spec, settings.training, settings.seed ?? drawSeed());
    this.#settings = settings;
    this.#given = { ...given };
    this.#program = program;
    this.#session.compile(settings, program);
  }

  /**
   * Trains on rows of x and y in batches; goes on from the weights, steps and epochs of earlier fits. More rows than memory holds
   * come from a function that returns an (async) iterable of chunks `[x, y]` or `{ x, y, sampleWeight }`, each asked for when there
   * is room for it; batches are cut from the rows of all chunks in a line.
   *
   * A model of several inputs or outputs takes an array with one for each, or an object by their names.
   *
   * Shapes   x (rows, ...input), y (rows) labels, whole numbers or texts, (rows, ...steps) of outputs (steps, classes), or (rows, ...output)
   * Errors   typed, see the classes; wrong shapes and options before any message, wrong values before step 1, of a chunk when it comes
   */
  fit(x: ModelInput, y: ModelTarget, given?: FitInput): Run;
  fit(source: ChunkSource, given?: StreamInput): Run;
  fit(x: ModelInput | ChunkSource, y?: ModelTarget | StreamInput, given?: FitInput): Run {
    const calls = this.#calls;
    return new Run(calls, async (onLog) => {
      if (calls.fitting) throw busy("fit");
      this.#training("fit");
      const naming = this.#naming(true);
      const start = readStart(this.#program, x, y, given, naming);
      checkTrainable(this.#program, "fit");
      this.#labels = naming.names;
      return calls.fit(() => start(this.#session, calls, onLog));
    });
  }

  /**
   * Mean loss with the current penalty, and metrics, over all rows; with `confusionMatrix: true` also how many rows of each class
   * were taken for which.
   */
  async evaluate(
    x: ModelInput,
    y: ModelTarget,
    given: EvaluateOptions & { confusionMatrix: true },
  ): Promise<Record<string, number> & { confusionMatrix: ConfusionMatrix }>;
  async evaluate(x: ModelInput, y: ModelTarget, given?: EvaluateOptions): Promise<Record<string, number>>;
  async evaluate(x: ModelInput, y: ModelTarget, given: EvaluateOptions = {}): Promise<object> {
    this.#training("evaluate");
    const request = readEvaluate(given);
    const data = readPair(this.#program, x, y, "evaluate", this.#naming(false));
    if (request.confusion) checkConfusion(this.#program);
    return this.#calls.attend((parked) => runEvaluate(this.#program, this.#session, parked, { ...data, ...request }));
  }

  /**
   * Outputs for all rows: probabilities after softmax or sigmoid, logits after a linear layer; with `layer: name` those of that
   * layer, behind its activation. A model of several outputs gives the first one's, and all in `outputs`, by their names.
   */
  async predict(x: ModelInput, given: PredictOptions = {}): Promise<Prediction> {
    const request = readPredict(this.#program, given);
    const inputs = readAllInputs(this.#program, x, "predict");
    return this.#calls.attend((parked) => runPredict(this.#program, this.#session, parked, { x: inputs, ...request }));
  }

  /** Where layers are stateful, has `predict`, and unless a fit runs `trainOnBatch`, begin with zeros again. */
  async resetStates(): Promise<void> {
    return this.#calls.attend((parked) => runReset(this.#session, parked));
  }

  /** One update on one batch; the losses are those before it. */
  async trainOnBatch(x: ModelInput, y: ModelTarget): Promise<{ loss: number; dataLoss: number; penalty: number }> {
    this.#training("trainOnBatch");
    const naming = this.#naming(true);
    const data = readPair(this.#program, x, y, "trainOnBatch", naming);
    checkTrainable(this.#program, "trainOnBatch");
    this.#labels = naming.names;
    return this.#calls.alone("trainOnBatch", async () => {
      await fillWindow(this.#session, { ...data, who: "trainOnBatch" });
      const losses = await this.#session.all(({ jobs }) => jobs.train(typesOf(data.x), data.x[0]!.rows));
      await this.#session.keepState();
      return losses;
    });
  }

  /** Gradients of the loss (penalties included) by weights and input; nothing is updated. */
  async gradients(x: ModelInput, y: ModelTarget, given: GradientOptions = {}): Promise<Gradients> {
    this.#training("gradients");
    const training = readGradientOptions(given, "gradients");
    const data = readPair(this.#program, x, y, "gradients", this.#naming(false));
    return this.#calls.alone("gradients", () =>
      runGradients(this.#program, this.#session, { ...data, from: "loss", training }),
    );
  }

  /** Gradients by weights and input from a gradient by the output, for a loss of your own. Penalties are included. */
  async backward(
    x: ModelInput,
    outputGradient: ModelInput,
    given: GradientOptions = {},
  ): Promise<Omit<Gradients, "loss">> {
    const training = readGradientOptions(given, "backward");
    const request = { ...readBackward(this.#program, x, outputGradient), from: "output", training } as const;
    return this.#calls.alone("backward", async () => {
      const { loss: _, ...rest } = await runGradients(this.#program, this.#session, request);
      return rest;
    });
  }

  /** The optimizer's update from gradients such as `gradients` and `backward` give; penalties are not added again. */
  async applyGradients(gradients: readonly TensorInput[] | { weights: readonly TensorInput[] }): Promise<void> {
    this.#training("applyGradients");
    const ordered = readGradients(this.#program, gradients);
    return this.#calls.alone("applyGradients", async () => {
      await this.#session.ensure(this.#session.widen({}));
      await this.#session.all(({ jobs }) => jobs.apply(ordered));
      await this.#session.keepState();
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
    return this.#calls.alone("setWeights", () => this.#session.setWeights(values));
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

  /**
   * A model of its own with the same architecture, labels, training and seed, by default with the same weights. Its optimizer and
   * its epochs start anew, and so does what is drawn from the seed. During a fit: the weights between two batches.
   */
  async clone(given: CloneOptions = {}): Promise<Model> {
    const copied = readClone(given);
    const [spec, program, settings, options] = [this.toJSON(), this.#program, this.#settings, this.#given];
    const copy = new Model(spec, partsOf(spec, program, settings, copied ? await this.getWeights() : []));
    copy.#given = options;
    return copy;
  }

  /**
   * Freezes layers by name: their weights stay as they are, bit for bit, in fits, `trainOnBatch` and `applyGradients`, and no
   * gradient is computed by them or below the lowest layer that is trained. Their penalties still count in the loss, their
   * dropout still drops. Weights and optimizer state stay as they are.
   *
   * Errors   OptionError for what names no layer with weights; E_BUSY while a fit runs
   */
  freeze(...layers: string[]): void {
    this.#setTrainable(layers, false, "freeze");
  }

  /** Undoes `freeze`, and `trainable: false`: the optimizer goes on with what it kept for these layers. */
  thaw(...layers: string[]): void {
    this.#setTrainable(layers, true, "thaw");
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

  #setTrainable(layers: readonly string[], trainable: boolean, who: string): void {
    if (this.#calls.fitting) throw busy(who);
    const spec = withTrainable(this.#spec, this.#program, layers, trainable, who);
    this.#program = compileProgram(spec, this.#settings?.training, this.#program.seed);
    this.#spec = spec;
    this.#session.change(spec, this.#program);
  }

  #training(who: string): void {
    if (this.#settings) return;
    throw new OptionError(`${who}: expected a compiled model, got none. Call compile({ optimizer, loss }) first.`);
  }

  #naming(learns: boolean): Naming {
    return { names: this.#labels, learns };
  }

  #file(): Promise<Uint8Array<ArrayBuffer>[]> {
    // All read at once, when the call's turn comes: a compile that follows changes none of it.
    return this.#calls.attend(() => fileOf(this.toJSON(), this.#program, this.#settings?.training, this.#session));
  }
}
