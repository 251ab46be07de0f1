// Outputs of several axes, step after step: what goes over the last axis sees rows of one step each.

import type { Arena, Tensor } from "../arena.js";
import { reads, rowsOf, type Step, step, writes } from "../kernels.js";
import type { Layout } from "./layout.js";
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

const kindsOf = ({ training }: Program): Kind[] => [
  training!.loss!.definition,
  ...training!.metrics.map(({ definition }) => definition),
];
/** The mean over the values of all steps is that of the whole row, unless some of them do not count. */
const goesBySteps = ({ vector }: Kind, masked: boolean) => vector === true || masked;

export function takeSteps(arena: Arena, program: Program, batch: number): StepTensors | undefined {
  const { steps: count, units, target } = program.training?.loss ?? {};
  if (count === undefined) return undefined;
  const masked = program.nodes.some(({ definition, config }) => definition.mask?.(config) === "writes");
  const kinds = kindsOf(program).filter((kind) => goesBySteps(kind, masked));
  if (!kinds.length) return undefined;
  const rows = (name: string) => arena.rows(`steps.${name}`, batch * count, units!);
  return {
    count,
    pred: rows("pred"),
    output: kinds.some(({ output }) => output) ? rows("output") : undefined,
    delta: rows("delta"),
    target: target === "labels" ? undefined : rows("target"),
    value: arena.take("steps.value", 4 * batch * count),
    share: masked ? arena.take("steps.share", 4 * batch * count) : undefined,
  };
}

/** What a batch needs before its loss and metrics can go step by step. */
export function splitSteps({ program, layout, rows }: Batch, { pred, output, mask }: Walk): Step[] {
  const { steps, target } = layout;
  const kinds = kindsOf(program).filter((kind) => goesBySteps(kind, mask !== undefined));
  if (!steps || !kinds.length) return [];
  const by = rowsOf(rows);
  const split = (to: Tensor | undefined, from: Tensor): Step[] =>
    to ? [step("split_steps", by, writes(to), reads(from), steps.count, to.width, to.stride, from.stride)] : [];
  return [
    ...split(steps.pred, pred),
    ...(kinds.some((kind) => kind.output) ? split(steps.output, output) : []),
    ...split(steps.target, target),
    ...(mask ? [step("share_steps", by, writes(steps.share!), reads(mask), steps.count, mask.stride)] : []),
  ];
}

/** How a loss or metric goes step by step, if it does. */
export function stepped(kind: Kind, { steps, target }: Layout, { mask }: Walk, rows: number) {
  if (!steps || !goesBySteps(kind, mask !== undefined)) return undefined;
  const { count, value, delta } = steps;
  const share = mask ? reads(steps.share!) : 0;
  const pred = kind.output ? steps.output! : steps.pred;
  const batch = rowsOf(rows, count);
  return {
    tensors: { batch, loss: value, value, pred, target: steps.target ?? target },
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
