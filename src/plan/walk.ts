// Through the layers of a model, forward and backward: which tensors each layer reads and writes in one plan.

import type { Tensor } from "../arena.js";
import { reads, rowsOf, type Split, type Step, step, updates } from "../kernels.js";
import type { NodeContext, Use } from "../layers/layer.js";
import { edgeName } from "./edges.js";
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
  /** What the batch is for; training where nothing is said. */
  readonly use?: Use;
  /** Each worker keeps to its own rows. */
  readonly apart?: boolean;
}

/** Streams of random numbers below this are the host's; layer i draws from LAYER_STREAM + i. */
export const LAYER_STREAM = 64;

export const split = ({ parameter }: ParameterTensors): Split => ({ axis: "parameter", extent: parameter.units });

/** A value of the batch: where it lies, where its gradient does, and whether something trained lies below it. */
interface Value {
  readonly tensor: Tensor;
  readonly delta: Tensor;
  readonly mask: Tensor | undefined;
  readonly trained: boolean;
}

/** A node with what it reads and gives. */
interface Entry {
  readonly node: ProgramNode;
  readonly index: number;
  readonly sources: readonly Value[];
  readonly value: Value;
}

export interface Walk {
  readonly steps: readonly Step[];
  /** The value of a node, or of an input, by its index. */
  at(index: number): Value;
  /** Nodes that ran and that a gradient goes through, with their values, in forward order. */
  readonly nodes: readonly Entry[];
}

/** A set of nodes with all that are below them. */
function withBelow(nodes: readonly ProgramNode[], tops: readonly number[]): ReadonlySet<number> {
  const found = new Set(tops);
  for (let index = nodes.length - 1; index >= 0; index--) {
    if (found.has(index)) for (const below of nodes[index]!.from) found.add(below);
  }
  return found;
}

/** Forward to what the losses take; on to the outputs only where a metric needs them. */
export function forwardToLoss(batch: Batch): Walk {
  const { nodes, outputs, training } = batch.program;
  const { outcomes, metrics } = training!;
  const preds = outcomes.map(({ pred }) => pred);
  const shown = metrics.flatMap(({ definition, outcome }) => (definition?.output ? [outputs[outcome]!.index] : []));
  return forward(batch, withBelow(nodes, [...preds, ...shown]), withBelow(nodes, preds));
}

/** Forward through all nodes below `end`. */
export function forwardBelow(batch: Batch, end: number): Walk {
  const all = new Set(Array.from({ length: end }, (_, index) => index));
  return forward(batch, all, all);
}

/** Forward steps of some nodes; nodes that change no value have no step and no tensor of their own. */
function forward(batch: Batch, run: ReadonlySet<number>, backward: ReadonlySet<number>): Walk {
  const { program, layout, training } = batch;
  const nodes: Entry[] = [];
  const steps: Step[] = [];
  const values = new Map<number, Value>(
    layout.inputs.map((tensor, i) => {
      const delta = layout.inputGradients?.[i] ?? { ...tensor, name: `${tensor.name}.gradient`, pointer: 0 };
      return [-1 - i, { tensor, delta, mask: undefined, trained: false }];
    }),
  );
  program.nodes.forEach((node, index) => {
    if (!run.has(index)) return;
    const sources = node.from.map((below) => values.get(below)!);
    const alias = node.definition.alias?.(node.config) ?? "never";
    // Shapes change without moving values (flatten): a node reads its input's memory with its own idea of the width.
    if (alias === "always" || (alias === "inference" && !training)) {
      const same = alias === "inference" || keepsSteps(node);
      values.set(index, same ? sources[0]! : { ...sources[0]!, mask: undefined });
      return;
    }
    const value: Value = {
      tensor: layout.outputs[index]!,
      delta: layout.deltas[index]!,
      mask: maskBehind(node, sources, layout),
      trained: trains(node) || sources.some(({ trained }) => trained),
    };
    const entry = { node, index, sources, value };
    const seen = context(batch, entry);
    steps.push(...node.definition.forward(node.config, seen));
    // Training does so once a batch is known to count, and its gradients alone move nothing.
    if (seen.use !== "training") steps.push(...(node.definition.carry?.(node.config, seen) ?? []));
    if (backward.has(index)) nodes.push(entry);
    values.set(index, value);
  });
  return { steps, at: (index) => values.get(index)!, nodes };
}

/** The mask that all of a node's inputs with a mask have in common. */
function maskOf(sources: readonly Value[]): Tensor | undefined {
  const masks = new Set(sources.flatMap(({ mask }) => mask ?? []));
  return masks.size === 1 ? [...masks][0] : undefined;
}

/** As many steps behind the node as before it: masks of steps stay true. */
const keepsSteps = ({ definition, inp, out }: ProgramNode) =>
  definition.stepwise || (out.length === 2 && out[0] === inp[0]);

function maskBehind(node: ProgramNode, sources: readonly Value[], layout: Layout) {
  const masking = node.definition.mask?.(node.config);
  if (masking === "writes") return layout.scratch.get(`${node.name}.mask`);
  return masking || !keepsSteps(node) ? undefined : maskOf(sources);
}

/** Steps that later layers wait for: by rows, and sums over the batch. */
const isOrdered = ({ split }: Step) => split.axis === "batch" || split.axis === "channel";

/** True for a node whose weights training changes: all of a layer are frozen, or none. */
export const trains = ({ weights }: ProgramNode): boolean => weights.some(({ trainable }) => trainable);

/**
 * Gradient steps from the top node down: those by rows of the batch, and those by parts of a parameter. The gradients by the values
 * at `ends` are there already. With `toInput` all that there are; without, what an update needs.
 */
export function backward(batch: Batch, walk: Walk, ends: readonly number[], toInput: boolean) {
  const written = new Set<Tensor>(ends.map((index) => walk.at(index).delta));
  const entries = walk.nodes.filter(({ value }) => toInput || value.trained);
  const steps = [...entries].reverse().flatMap((entry) => {
    const { node, sources } = entry;
    const below = (node.definition.inside ? [] : sources).map(({ delta, trained }, k) => {
      if (!(toInput || trained) || !delta.pointer) return undefined;
      const first = !written.has(delta);
      written.add(delta);
      return first ? delta : batch.layout.edges.get(edgeName(node, k))!;
    });
    const steps = node.definition.backward(node.config, context(batch, entry, below));
    const kept = toInput || trains(node) ? steps : steps.filter(isOrdered);
    const joins = below.flatMap((edge, k) => {
      const { delta } = sources[k]!;
      if (!edge || edge === delta) return [];
      return [step("merge_sum", rowsOf(batch.rows), updates(delta), reads(edge), 1, 0, delta.stride)];
    });
    return [...kept, ...joins];
  });
  const shared = entries.filter(({ node }) => node.shares !== undefined && (toInput || trains(node)));
  return {
    batchSteps: steps.filter(isOrdered),
    parameterSteps: [
      ...steps.filter((step) => !isOrdered(step)),
      ...shared.flatMap(({ node }) => shareSteps(node, batch.layout)),
    ],
  };
}

/** Adds the gradients of a further call to those of the first. */
function shareSteps({ name, weights }: ProgramNode, { parameters, edges }: Layout): Step[] {
  return weights.map((parameter) => {
    const tensors = parameters.find((one) => one.parameter === parameter)!;
    const call = reads(edges.get(`${name}.${parameter.name}.gradient`)!);
    return step("gradient_complete", split(tensors), updates(tensors.gradient), call, parameter.unit);
  });
}

/** What layers take down of a training batch, once it is known to count. */
export const measureSteps = (batch: Batch, { nodes }: Walk): Step[] =>
  nodes.flatMap((entry) => {
    const { definition, config, frozen } = entry.node;
    const seen = context(batch, entry);
    const measured = frozen ? [] : (definition.measure?.(config, seen) ?? []);
    return [...measured, ...(definition.carry?.(config, seen) ?? [])];
  });

/** What a node's definition sees; `below` are the gradients by its inputs, as far as they are wanted. */
export function context(batch: Batch, entry: Entry, below: NodeContext["dinps"] = []): NodeContext {
  const { program, layout, rows } = batch;
  const { node, sources, value, index } = entry;
  const inps = sources.map(({ tensor }) => tensor);
  const owner = node.shares ?? node.name;
  const find = (name: string) => {
    const found = layout.parameters.find(({ parameter }) => parameter.fullName === `${owner}.${name}`);
    if (!found) throw new Error(`${node.name} has no parameter ${name}`);
    return found;
  };
  return {
    batch: rowsOf(rows),
    rows,
    workers: layout.request.workers,
    nodes: program.nodes,
    total: batch.total ?? rows,
    training: batch.training && !node.frozen,
    use: batch.use ?? "training",
    inp: inps[0]!,
    out: value.tensor,
    inps,
    inpShape: node.inp,
    outShape: node.out,
    dout: value.delta,
    dinp: below[0],
    dinps: below,
    parameter: (name) => find(name).weight,
    gradient: (name) => layout.edges.get(`${node.name}.${name}.gradient`) ?? find(name).gradient,
    split: (name) => split(find(name)),
    derived: (name) => layout.derived.get(`${owner}.${name}`)!,
    constant: (name) => layout.constants.get(`${node.name}.${name}`)!.tensor,
    scratch: (name) => layout.scratch.get(`${(node.definition.inside && node.endOf) ?? node.name}.${name}`)!,
    activity: layout.activities.find((tensor) => tensor.name === `${node.name}.penalty`)!,
    mask: maskOf(sources),
    counter: layout.hyper,
    counterOffset: HYPER.step,
    seed: [program.seed >>> 0, Math.floor(program.seed / 4294967296)],
    stream: LAYER_STREAM + index,
  };
}
