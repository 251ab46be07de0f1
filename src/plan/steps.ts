// Outputs of several axes, step after step: what goes over the last axis sees rows of one step each.

import type { Arena, Tensor } from "../arena.js";
import { reads, rowsOf, type Step, step, writes } from "../kernels.js";
import type { Program } from "./program.js";
import type { Batch, Walk } from "./walk.js";

/** The rows of a batch, `count` rows of one step for each. */
export interface StepTensors {
  readonly count: number;
  /** What the loss takes, and the output behind it where a metric needs that. */
  readonly pred: Tensor;
  readonly output: Tensor | undefined;
  readonly delta: Tensor;
  /** Labels lie step by step already. */
  readonly target: Tensor | undefined;
  /** One value a step: the loss, or each metric in turn. */
  readonly value: Tensor;
  /** Each step's share in its row; only where a mask leaves steps out. */
  readonly share: Tensor | undefined;
}

/** What a loss or metric says of itself. */
interface Kind {
  readonly vector?: true;
  readonly output?: boolean;
}

/** The loss on an output, and its metrics. */
const kindsOf = ({ training }: Program, k: number): Kind[] => [
  training!.outcomes[k]!.definition,
  ...training!.metrics.flatMap(({ definition, outcome }) => (definition && outcome === k ? [definition] : [])),
];
/** The mean over the values of all steps is that of the whole row, unless some of them do not count. */
const goesBySteps = ({ vector }: Kind, masked: boolean) => vector === true || masked;

/** Memory by output; undefined for what needs none. */
export function takeSteps(arena: Arena, program: Program, batch: number): (StepTensors | undefined)[] {
  const masked = program.nodes.some(({ definition, config }) => definition.mask?.(config) === "writes");
  return (program.training?.outcomes ?? []).map(({ target, task: { steps: count, units } }, k) => {
    if (count === undefined) return undefined;
    const kinds = kindsOf(program, k).filter((kind) => goesBySteps(kind, masked));
    if (!kinds.length) return undefined;
    const name = (part: string) => `steps${k || ""}.${part}`;
    const rows = (part: string) => arena.rows(name(part), batch * count, units);
    return {
      count,
      pred: rows("pred"),
      output: kinds.some(({ output }) => output) ? rows("output") : undefined,
      delta: rows("delta"),
      target: target === "labels" ? undefined : rows("target"),
      value: arena.take(name("value"), 4 * batch * count),
      share: masked ? arena.take(name("share"), 4 * batch * count) : undefined,
    };
  });
}

/** What output k's loss takes, and the mask of its steps, if it has one: vectors of further axes each count. */
function predOf({ program, layout }: Batch, walk: Walk, k: number) {
  const { tensor, mask } = walk.at(program.training!.outcomes[k]!.pred);
  return { pred: tensor, mask: mask?.width === layout.steps[k]?.count ? mask : undefined };
}

/** What a batch needs before the loss and the metrics of output k can go step by step. */
export function splitSteps(batch: Batch, walk: Walk, k: number): Step[] {
  const { program, layout, rows } = batch;
  const steps = layout.steps[k];
  const { pred, mask } = predOf(batch, walk, k);
  const kinds = kindsOf(program, k).filter((kind) => goesBySteps(kind, mask !== undefined));
  if (!steps || !kinds.length) return [];
  const by = rowsOf(rows);
  const split = (to: Tensor | undefined, from: Tensor): Step[] =>
    to ? [step("split_steps", by, writes(to), reads(from), steps.count, to.width, to.stride, from.stride)] : [];
  const shown = kinds.some((kind) => kind.output) ? walk.at(program.outputs[k]!.index).tensor : undefined;
  return [
    ...split(steps.pred, pred),
    ...(shown ? split(steps.output, shown) : []),
    ...split(steps.target, layout.targets[k]!),
    ...(mask ? [step("share_steps", by, writes(steps.share!), reads(mask), steps.count, mask.stride)] : []),
  ];
}

/** How a loss or metric of output k goes step by step, if it does. */
export function stepped(kind: Kind, own: Batch, walk: Walk, k: number) {
  const { layout, rows } = own;
  const steps = layout.steps[k];
  const { mask } = predOf(own, walk, k);
  if (!steps || !goesBySteps(kind, mask !== undefined)) return undefined;
  const { count, value, delta } = steps;
  const share = mask ? reads(steps.share!) : 0;
  const pred = kind.output ? steps.output! : steps.pred;
  const batch = rowsOf(rows, count);
  return {
    tensors: { batch, loss: value, value, pred, target: steps.target ?? layout.targets[k]! },
    delta,
    /** What the gradients of a row's steps are divided by; shares do that by themselves. */
    divisor: mask ? 1 : count,
    /** Gradients of the steps, back into rows. */
    join: (to: Tensor): Step[] => [
      step("join_steps", rowsOf(rows), writes(to), reads(delta), share, count, delta.width, to.stride, delta.stride),
    ],
    mean: (to: Tensor): Step[] => [step("mean_steps", rowsOf(rows), writes(to), reads(value), share, count)],
  };
}
