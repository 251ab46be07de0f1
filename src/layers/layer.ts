// What a layer is: a row of the table in index.ts. Pure functions of its JSON; no base class, no state.
import type { Tensor } from "../arena.js";
import type { ConstraintSpec } from "../constraints/index.js";
import type { InitializerSpec } from "../initializers/index.js";
import type { Split, Step } from "../kernels.js";
import type { Penalty } from "../penalty.js";

/** Extents of one example, without the batch. */
export type Shape = readonly number[];

/**
 * A trained tensor. `panels`: a matrix (I,O) in panels of 8 columns, whose columns are the last `columnAxes` axes (default 1) and
 * whose rows are the others; `flat`: a vector padded to a multiple of 8.
 */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly layout: "panels" | "flat";
  readonly columnAxes?: number;
  readonly initializer: InitializerSpec;
  readonly regularizer?: Penalty | undefined;
  readonly constraint?: ConstraintSpec | undefined;
  /** It has no gradient and no update: `measure` of its layer writes it. */
  readonly measured?: true;
}

/**
 * Working memory of a layer: rows of the batch, or `times` as many, floats of all, or bytes that each worker has for itself.
 * `passing`: one memory for all layers, as nothing in it outlasts a step.
 */
export type Scratch =
  | { readonly width: number; readonly times?: number }
  | { readonly floats: number }
  | { readonly each: number; readonly passing?: true };

/** What a batch is for: each has states of its own that go from batch to batch, so that none disturbs another. */
export const USES = ["training", "evaluation", "prediction"] as const;
export type Use = (typeof USES)[number];

/** What layers may know of the model that they are in. */
export interface Neighbour {
  readonly definition: LayerDefinition<object>;
  readonly config: object;
  readonly inp: Shape;
  readonly out: Shape;
}

/** The tensors of one layer in one plan. */
export interface NodeContext {
  /** Rows of the batch, divided among the workers. */
  readonly batch: Split;
  readonly rows: number;
  /** How many share a step. */
  readonly workers: number;
  /** All of the model. */
  readonly nodes: readonly Neighbour[];
  /** Rows of the update that the batch belongs to. */
  readonly total: number;
  /** True where the layer behaves as in training: frozen ones never do. */
  readonly training: boolean;
  readonly use: Use;
  readonly inp: Tensor;
  readonly out: Tensor;
  /** All inputs of a merge, of which `inp` is the first, and the gradients by them. */
  readonly inps: readonly Tensor[];
  readonly dinps: readonly (Tensor | undefined)[];
  /** One example's. */
  readonly inpShape: Shape;
  readonly outShape: Shape;
  /** Gradient of the loss by the output, and by the input; the latter only where a layer below needs it. */
  readonly dout: Tensor;
  readonly dinp: Tensor | undefined;
  parameter(name: string): Tensor;
  gradient(name: string): Tensor;
  /** The units of 8x8 or 8 floats of a parameter, divided among the workers. */
  split(name: string): Split;
  /** A copy of a parameter in another order, refreshed after each update. */
  derived(name: string): Tensor;
  /** A row of numbers from the options, padded with zeros. */
  constant(name: string): Tensor;
  scratch(name: string): Tensor;
  /** One number a row: see `penalises`. */
  readonly activity: Tensor;
  /** One value a step of the input, 0 where it does not count; only below a layer that says so. */
  readonly mask?: Tensor | undefined;
  /** Where the step's number lies in memory, and what makes this layer's random numbers its own. */
  readonly counter: Tensor;
  readonly counterOffset: number;
  readonly seed: readonly [low: number, high: number];
  readonly stream: number;
}

/** How many share a batch of so many rows, and the model. */
export type Team = Pick<NodeContext, "workers" | "nodes" | "rows">;

/** A layer in the options of another one: `{ type, ...options }`. */
export interface LayerJson {
  readonly type: string;
}

/** A node that a layer has besides its own: its name behind the layer's, what it does, and its options. */
export type NodePart = readonly [part: string, definition: LayerDefinition<object>, config: object];

export interface LayerDefinition<Config> {
  /** The options a user may give, besides `type` and `name`. */
  readonly options: readonly string[];
  /** OptionError for values out of range. */
  check?(config: Config, who: string): void;
  /** Shape of one output example; ShapeError if the input does not fit. */
  output(config: Config, inp: Shape, who: string): Shape;
  /** It takes several inputs, and this is its output's shape; the first is what others know as the input. `names` are the inputs'. */
  merges?(config: Config, inps: readonly Shape[], who: string, names: readonly string[]): Shape;
  /** Shapes of further inputs, all of which may be given or none: what it begins with. */
  begins?(config: Config): readonly Shape[];
  /** What it gives besides its output, each by a node of its own behind it. */
  ends?(config: Config, inp: Shape): readonly NodePart[];
  /** It works in the memory of the node that it reads, and hands no gradient down by that node's output. */
  readonly inside?: true;
  parameters?(config: Config, inp: Shape): readonly ParameterSpec[];
  /** Copies of parameters that the layer keeps in another order: name -> floats. */
  derived?(config: Config, inp: Shape): Readonly<Record<string, number>>;
  /** The activation is the layer's own: none is put behind it. */
  readonly activates?: true;
  /** The layer in its options, whose activation and penalty on values are put behind this one. */
  wraps?(config: Config): LayerJson;
  /** Numbers that no training changes, one row of the input each, made from the options. */
  constants?(config: Config, inp: Shape): Readonly<Record<string, Float32Array>>;
  /** Working memory for batches of so many rows. */
  scratch?(config: Config, inp: Shape, batch: number, out: Shape): Readonly<Record<string, Scratch>>;
  /** It writes a penalty for each row of the batch, which the loss takes on; its own backward pass adds the slope. */
  readonly penalises?: true;
  /** It writes its scratch `mask`, for the layers above as long as examples have as many steps; or none is fit for these. */
  mask?(config: Config): "writes" | "ends" | undefined;
  /** What it makes of a step goes by that step alone, whatever the axes of this one: a mask of steps is fit for the layers above. */
  readonly stepwise?: true;
  /** Values of the input are whole numbers from 0 to below this, as the data has them. */
  indices?(config: Config): number | undefined;
  /**
   * Where the output is the input's memory: in any plan, or only where nothing is trained. `over`: backward, the output tells all that it
   * needs, so that the output may lie over the input, and their gradients over each other.
   */
  alias?(config: Config): "always" | "inference" | "over" | "never";
  /** True where each worker of a team reads all rows of the input in training, forward and backward. */
  readsAll?(config: Config, inp: Shape, team: Team): boolean;
  /** Its units, if it can read rows of the input as records with lists of what is not zero; else 0. */
  readsLists?(config: Config, inp: Shape): number;
  forward(config: Config, context: NodeContext): readonly Step[];
  backward(config: Config, context: NodeContext): readonly Step[];
  /** Steps of a training batch, behind its decision, that write the parameters which are measured. */
  measure?(config: Config, context: NodeContext): readonly Step[];
  /** Steps behind a batch that counts, which keep what the next one of the same use begins with. */
  carry?(config: Config, context: NodeContext): readonly Step[];
  /** Steps that bring the derived copies up to date. */
  refresh?(config: Config, context: Pick<NodeContext, "parameter" | "derived" | "split">, inp: Shape): readonly Step[];
  /** Multiply-adds for one example, forward. */
  multiplyAdds?(config: Config, inp: Shape, out: Shape): number;
}

/** Multiply-adds of these for one example, forward. */
export const multiplyAdds = (nodes: readonly Neighbour[]): number =>
  nodes.reduce((sum, { definition, config, inp, out }) => sum + (definition.multiplyAdds?.(config, inp, out) ?? 0), 0);

/** Elements of one example. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, extent) => size * extent, 1);

/** A shape as errors print it, `B` for the batch. */
export const showShape = (shape: Shape): string => `(${["B", ...shape].join(", ")})`;
