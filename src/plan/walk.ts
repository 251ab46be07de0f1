// Through the layers of a model, forward and backward: which tensors each layer reads and writes in one plan.

import type { Tensor } from "../arena.js";
import type { Split, Step } from "../kernels.js";
import type { NodeContext } from "../layers/layer.js";
import { HYPER, type Layout, type ParameterTensors } from "./layout.js";
import type { Program, ProgramNode } from "./program.js";

/** What every plan is made from: the rows of its batch, and whether layers behave as in training. */
export interface Batch {
  readonly program: Program;
  readonly layout: Layout;
  readonly rows: number;
  readonly training: boolean;
  /** Rows of the update, where they are more than the batch's. */
  readonly total?: number;
  /** Most values of the data are zero. */
  readonly zeros?: boolean;
}

/** Streams of random numbers below this are the host's; layer i draws from LAYER_STREAM + i. */
export const LAYER_STREAM = 64;

export const split = ({ parameter }: ParameterTensors): Split => ({ axis: "parameter", extent: parameter.units });
export const rowsOf = (rows: number): Split => ({ axis: "batch", extent: rows });

export interface Walk {
  readonly steps: readonly Step[];
  /** The tensor that holds the value after the last node, and the one before the activation that the loss is fused with. */
  readonly output: Tensor;
  readonly pred: Tensor;
  /** Gradient by `pred`. */
  readonly delta: Tensor;
  /** Nodes up to `pred` that ran, with their tensors, in forward order. */
  readonly nodes: readonly {
    node: ProgramNode;
    index: number;
    inp: Tensor;
    out: Tensor;
    delta: Tensor;
    below: Tensor;
    mask: Tensor | undefined;
  }[];
}

/** Forward to what the loss takes; on to the output only where a metric needs it. */
export function forwardToLoss(batch: Batch): Walk {
  const { nodes, training } = batch.program;
  const { loss, metrics } = training!;
  const needsOutput = metrics.some(({ definition }) => definition.output);
  return forward(batch, needsOutput ? nodes.length : loss!.nodes, loss!.nodes);
}

/** Forward steps of the nodes below `end`; nodes that change no value have no step and no tensor of their own. */
export function forward(batch: Batch, end: number, predAt = end): Walk {
  const { program, layout, training } = batch;
  const nodes: Walk["nodes"][number][] = [];
  const steps: Step[] = [];
  // Shapes change without moving values (flatten): a node reads its input's memory with its own idea of the width.
  let value = layout.input;
  let delta = layout.inputGradient ?? { ...layout.input, name: "input.gradient", pointer: 0 };
  let pred = value;
  let mask: Tensor | undefined;
  program.nodes.slice(0, end).forEach((node, index) => {
    const alias = node.definition.alias?.(node.config) ?? "never";
    const sameSteps = node.out.length === 2 && node.out[0] === node.inp[0];
    if (alias === "always" || (alias === "inference" && !training)) {
      if (alias === "always" && !sameSteps) mask = undefined;
      return;
    }
    const out = layout.outputs[index]!;
    const entry = { node, index, inp: value, out, delta: layout.deltas[index]!, below: delta, mask };
    steps.push(...node.definition.forward(node.config, context(batch, entry)));
    value = out;
    const masking = node.definition.mask?.(node.config);
    if (masking === "writes") mask = layout.scratch.get(`${node.name}.mask`);
    else if (masking || !sameSteps) mask = undefined;
    if (index >= predAt) return;
    nodes.push(entry);
    pred = out;
    delta = entry.delta;
  });
  return { steps, output: value, pred, delta, nodes };
}

/** Steps that later layers wait for: by rows, and sums over the batch. */
const isOrdered = ({ split }: Step) => split.axis === "batch" || split.axis === "channel";

/** True for a node with weights that an optimizer changes. */
export const trains = ({ parameters }: ProgramNode): boolean => parameters.some(({ trainable }) => trainable);

/** The lowest node that training changes: it needs no gradient by that node's input, and none below. */
export const lowestNode = ({ nodes }: Walk): ProgramNode | undefined => nodes.find(({ node }) => trains(node))?.node;

/**
 * Gradient steps from the top node down: those by rows of the batch, and those by parts of a parameter. With `toInput` all that
 * there are; without, what an update needs.
 */
export function backward(batch: Batch, walk: Walk, toInput: boolean) {
  const lowest = lowestNode(walk);
  const first = walk.nodes.findIndex(({ node }) => node === lowest);
  const steps = [...walk.nodes].reverse().flatMap((entry) => {
    const position = walk.nodes.indexOf(entry);
    const wanted = toInput || (first >= 0 && position > first);
    if (!wanted && position !== first) return [];
    const steps = entry.node.definition.backward(entry.node.config, context(batch, entry, wanted));
    return toInput || trains(entry.node) ? steps : steps.filter(isOrdered);
  });
  return {
    batchSteps: steps.filter(isOrdered),
    parameterSteps: steps.filter((step) => !isOrdered(step)),
  };
}

/** What layers take down of a training batch, once it is known to count. */
export const measureSteps = (batch: Batch, { nodes }: Walk): Step[] =>
  nodes.flatMap((entry) => {
    const { definition, config, frozen } = entry.node;
    return frozen ? [] : (definition.measure?.(config, context(batch, entry)) ?? []);
  });

export function context(batch: Batch, entry: Walk["nodes"][number], needsInput = true): NodeContext {
  const { program, layout, rows } = batch;
  const { node, inp, out, delta, below, index, mask } = entry;
  const find = (name: string) => {
    const found = layout.parameters.find(({ parameter }) => parameter.fullName === `${node.name}.${name}`);
    if (!found) throw new Error(`${node.name} has no parameter ${name}`);
    return found;
  };
  return {
    batch: rowsOf(rows),
    rows,
    total: batch.total ?? rows,
    training: batch.training && !node.frozen,
    inp,
    out,
    inpShape: node.inp,
    outShape: node.out,
    dout: delta,
    dinp: needsInput && below.pointer ? below : undefined,
    parameter: (name) => find(name).weight,
    gradient: (name) => find(name).gradient,
    split: (name) => split(find(name)),
    derived: (name) => layout.derived.get(`${node.name}.${name}`)!,
    constant: (name) => layout.constants.get(`${node.name}.${name}`)!.tensor,
    zeros: (batch.zeros ?? false) && node.seesData,
    scratch: (name) => layout.scratch.get(`${node.name}.${name}`)!,
    activity: layout.activities.find((tensor) => tensor.name === `${node.name}.penalty`)!,
    mask,
    counter: layout.hyper,
    counterOffset: HYPER.step,
    seed: [program.seed >>> 0, Math.floor(program.seed / 4294967296)],
    stream: LAYER_STREAM + index,
  };
}
