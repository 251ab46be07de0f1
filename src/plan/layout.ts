// A program and the sizes of a run -> the memory map. Pure, and the same in every thread.

import { Arena, type Tensor } from "../arena.js";
import { sizeOf } from "../layers/layer.js";
import { isAdaptive } from "../optimizers/decay.js";
import { counterCount } from "./counters.js";
import { type Pairs, takePairs } from "./direction.js";
import { type Readers, readersOf, takeEdges } from "./edges.js";
import { endsInInput, takeInputs } from "./inputs.js";
import { type Mix, takeMix } from "./mixup.js";
import { type Parameter, type Program, portName } from "./program.js";
import type { DataSize, LayoutRequest } from "./request.js";
import { takeScratch } from "./scratch.js";
import { type Source, takeSource, targetWidths, total } from "./source.js";
import { type StepTensors, takeSteps } from "./steps.js";
import { strengthBytes } from "./strengths.js";
import { lossName, takeRegisters, tapesOf } from "./tapes.js";

export interface ParameterTensors {
  readonly parameter: Parameter;
  readonly weight: Tensor;
  readonly gradient: Tensor;
  readonly slots: ReadonlyMap<string, Tensor>;
  /** Penalty of each unit; only where there is one. */
  readonly penalty: Tensor | undefined;
  /** Squares of each unit's gradients, and of its weights for a decay that follows them; only where norms are needed. */
  readonly squares: Tensor | undefined;
  /** The sum of an update's gradients so far; only where it takes several batches. */
  readonly sum: Tensor | undefined;
}

export interface Layout {
  readonly request: LayoutRequest;
  readonly tensors: readonly Tensor[];
  readonly bytes: number;
  readonly control: Tensor;
  readonly counters: Tensor;
  /** Weights, counters and slots in one range, and copies: after each epoch, of the best epoch's weights, for an undo. */
  readonly state: Tensor;
  readonly weights: Tensor;
  readonly snapshot: Tensor;
  readonly best: Tensor | undefined;
  readonly undo: Tensor | undefined;
  readonly hyper: Tensor;
  readonly flags: Tensor;
  readonly cursor: Tensor;
  /** Sums of squares of gradients and of weights, float64, for each worker. */
  readonly norm: Tensor;
  /** Strengths of penalties by a schedule, for each worker. */
  readonly strengths: Tensor;
  readonly parameters: readonly ParameterTensors[];
  readonly derived: ReadonlyMap<string, Tensor>;
  /** Numbers from the options of layers, and where they lie. */
  readonly constants: ReadonlyMap<string, { readonly tensor: Tensor; readonly values: Float32Array }>;
  /** Working memory by layer and name. */
  readonly scratch: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly Tensor[];
  readonly inputGradients: readonly Tensor[] | undefined;
  /** Of each output. */
  readonly targets: readonly Tensor[];
  readonly rowWeight: Tensor | undefined;
  readonly mix: Mix | undefined;
  /** By output, step by step: of those that have several axes, where something goes over the last one. */
  readonly steps: readonly (StepTensors | undefined)[];
  /** What L-BFGS works in. */
  readonly pairs: Pairs | undefined;
  readonly outputs: readonly Tensor[];
  readonly deltas: readonly Tensor[];
  /** Gradients that join those of the same value or weights. */
  readonly edges: ReadonlyMap<string, Tensor>;
  readonly loss: Tensor;
  /** Of each output; a single one's are `loss`. */
  readonly losses: readonly Tensor[];
  readonly metrics: readonly Tensor[];
  /** Penalties of each row of a batch on what layers give out, and those of the results. */
  readonly activities: readonly Tensor[];
  readonly activityResults: readonly Tensor[];
  /** The class that each row of a batch decides for. */
  readonly classes: Tensor;
  /** Row losses and metrics of a whole validation set or window. */
  readonly results: readonly Tensor[];
  readonly train: Source | undefined;
  readonly validation: Source | undefined;
  readonly window: Source;
  /** Of each output: the rows of a window, packed. */
  readonly predictions: readonly Tensor[];
}

/** Byte offsets in `hyper`: decision words and the learning rate first, then the optimizer's numbers, the decay as the last;
 * strengths of penalties follow. */
export const HYPER = {
  ...{ action: 0, rows: 4, cursor: 8, step: 12, total: 16, part: 20, rate: 24, average: 28, mix: 36 },
  ...{ numbers: 64, decay: 124, bytes: 128 },
} as const;
/** What a batch does with the gradients of its update, as the word `part`: all of it, or one batch of several. */
export const PARTS = ["whole", "first", "middle", "last"] as const;
export type Part = (typeof PARTS)[number];
/** Words of `control`. */
export const CONTROL = { count: 0, generation: 1, sleepers: 2, abort: 3, request: 4, stable: 5, bytes: 64 } as const;
/** Bits of the request word, set by the caller's side. */
export const REQUEST = { stop: 1, park: 2 } as const;

const BASE = 1024;
const WINDOW_BYTES = 4e6;
const WINDOW_ROWS = 65536;

export function createLayout(program: Program, request: LayoutRequest): Layout {
  const arena = new Arena(BASE);
  const { inputs: ins, outputs: outs, training } = program;
  const widths = ins.map(({ shape }) => sizeOf(shape));
  const outputWidths = outs.map(({ shape }) => sizeOf(shape));
  const targetsOf = targetWidths(program);
  const { outcomes = [] } = training ?? {};
  const { batch, workers } = request;

  const control = arena.take("control", CONTROL.bytes);
  const weights = program.parameters.map(({ fullName, floats }) => arena.take(fullName, floats * 4));
  const counters = arena.take("counters", 8 * counterCount(program));
  const slots = program.parameters.map(
    ({ fullName, floats }) =>
      new Map(program.slots.map((slot) => [slot, arena.take(`${fullName}.${slot}`, floats * 4)] as const)),
  );
  const first = weights[0] ?? counters;
  const between = (name: string, end: number): Tensor => ({
    name,
    pointer: first.pointer,
    bytes: end - first.pointer,
    width: 0,
    stride: 0,
  });
  const lastSlot = [...(slots.at(-1)?.values() ?? [])].at(-1) ?? counters;
  const state = between("state", lastSlot.pointer + lastSlot.bytes);
  const allWeights = between("weights", counters.pointer);
  const derived = new Map(
    program.nodes.flatMap(({ name, derived }) =>
      Object.entries(derived).map(([key, floats]) => [`${name}.${key}`, arena.take(`${name}.${key}`, floats * 4)]),
    ),
  );
  const tapes = tapesOf(program);
  const constants = new Map(
    [...program.nodes, ...tapes].flatMap(({ name, constants }) =>
      Object.entries(constants).map(([key, values]) => {
        const tensor = arena.rows(`${name}.${key}`, 1, values.length);
        return [tensor.name, { tensor, values }] as const;
      }),
    ),
  );
  const snapshot = arena.take("snapshot", state.bytes);
  const best = request.best ? arena.take("best", allWeights.bytes) : undefined;
  const undo = request.undo ? arena.take("undo", state.bytes) : undefined;
  const hyper = arena.pair("hyper", HYPER.bytes + strengthBytes(program));
  const flags = arena.take("flags", 4 * Math.max(1, program.parameters.length));
  const cursor = arena.each("cursor", 4, workers);
  const strengths = arena.each("strengths", strengthBytes(program), workers);
  const norm = arena.each("norm", 16, workers);
  const { clipNorm, globalClipNorm, weightDecay } = training?.optimizerConfig ?? {};
  const rows = isAdaptive(weightDecay) ? 2 : (clipNorm ?? globalClipNorm) === undefined ? 0 : 1;

  const parameters = program.parameters.map((parameter, i) => ({
    parameter,
    weight: weights[i]!,
    gradient: arena.take(`${parameter.fullName}.gradient`, parameter.floats * 4),
    slots: slots[i]!,
    penalty:
      parameter.l1 || parameter.l2 ? arena.take(`${parameter.fullName}.penalty`, parameter.units * 4) : undefined,
    sum: request.accumulates ? arena.take(`${parameter.fullName}.sum`, parameter.floats * 4) : undefined,
    squares: rows ? arena.take(`${parameter.fullName}.squares`, parameter.units * 4 * rows) : undefined,
  }));

  const pairs = takePairs(arena, program);

  const source = (name: string, size: DataSize, held = 0, values = targetsOf): Source =>
    takeSource(arena, name, program, size, values, held);
  const train = request.train ? source("train", request.train, request.held) : undefined;
  const validation = request.validation
    ? source("validation", request.validation)
    : train && request.held
      ? { ...train, order: slice(train.order, 4 * train.rows), rows: request.held }
      : undefined;

  const inputs = takeInputs(arena, program, request);
  const inputGradients =
    request.inputGradient || endsInInput(program)
      ? inputs.map(({ name, width }) => arena.rows(`${name}.gradient`, batch, width))
      : undefined;
  const targets = targetsOf.map((width, k) => {
    const name = portName("target", outs, k);
    return outcomes[k]?.target === "labels" ? arena.take(name, batch * width * 4) : arena.rows(name, batch, width);
  });
  const readers = readersOf(program);
  const outputs = takeValues(arena, program, batch, readers, "");
  const deltas = takeValues(arena, program, batch, readers, ".delta");
  const edges = takeEdges(arena, program, batch, readers);
  const rowWeight = request.train?.weighted ? arena.take("rowWeight", batch * 4) : undefined;
  const scratch = takeScratch(arena, program, request);
  takeRegisters(arena, scratch, tapes, Math.max(...outs.map(({ shape }) => shape.at(-1)!)), workers);
  const loss = arena.take("loss", batch * 4);
  const several = outcomes.length > 1;
  const losses = several ? outcomes.map((_, k) => arena.take(lossName(outcomes.length, k), batch * 4)) : [loss];
  const steps = takeSteps(arena, program, batch);
  const mix = request.train?.mixed ? takeMix(arena, batch, { inputs, targets, losses }, outputWidths) : undefined;
  const metrics = (training?.metrics ?? []).map(({ name, definition, outcome }) =>
    definition ? arena.take(`metric.${name}`, batch * 4) : losses[outcome]!,
  );
  const activities = program.nodes
    .filter(({ definition }) => definition.penalises)
    .map(({ name }) => arena.take(`${name}.penalty`, batch * 4));
  const classes = arena.take("classes", batch * 4);

  const rowBytes = 4 * (total(widths) + 2 * total(outputWidths));
  const windowRows = Math.max(batch, Math.min(WINDOW_ROWS, Math.floor(WINDOW_BYTES / rowBytes)));
  // A gradient by the output comes in where targets do, and may be wider.
  const windowed: DataSize = {
    rows: windowRows,
    types: ins.map(() => "float32"),
    weighted: false,
  };
  const wider = targetsOf.map((width, k) => Math.max(width, outputWidths[k]!));
  const window = source("window", windowed, 0, wider);
  const predictions = outputWidths.map((width, k) =>
    arena.take(portName("predictions", outs, k), windowRows * width * 4),
  );
  const resultRows = Math.max(windowRows, validation?.rows ?? 0);
  const results = [loss, ...metrics].map(({ name }) => arena.take(`results.${name}`, resultRows * 4));
  const activityResults = activities.map(({ name }) => arena.take(`results.${name}`, resultRows * 4));

  return {
    request,
    tensors: arena.tensors,
    bytes: arena.end,
    control,
    counters,
    state,
    weights: allWeights,
    snapshot,
    best,
    undo,
    hyper,
    flags,
    cursor,
    norm,
    strengths,
    parameters,
    derived,
    constants,
    scratch,
    inputs,
    inputGradients,
    targets,
    rowWeight,
    mix,
    steps,
    pairs,
    outputs,
    deltas,
    edges,
    loss,
    losses,
    metrics,
    activities,
    activityResults,
    classes,
    results,
    train,
    validation,
    window,
    predictions,
  };
}

/**
 * A tensor for each node. An activation that may lie over what it reads has the memory of the layer with weights below it, if nobody
 * else reads that: no such layer looks at its output again.
 */
function takeValues(arena: Arena, { nodes }: Program, batch: number, readers: Readers, suffix: string): Tensor[] {
  const tensors: Tensor[] = [];
  for (const { name, out, definition, config, from } of nodes) {
    const below = from[0]!;
    const liesOver =
      definition.alias?.(config) === "over" && nodes[below]?.definition.parameters && readers(below) === 1;
    tensors.push(liesOver ? { ...tensors[below]! } : arena.rows(name + suffix, batch, sizeOf(out)));
  }
  return tensors;
}

/** The part of a tensor from `offset` bytes on. */
function slice(tensor: Tensor, offset: number): Tensor {
  return { ...tensor, pointer: tensor.pointer + offset, bytes: tensor.bytes - offset };
}
