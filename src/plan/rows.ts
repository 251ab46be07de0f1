// What a plan does with the rows of a batch before and behind the layers: data in, losses, metrics.

import type { Tensor } from "../arena.js";
import { type Access, reads, rowsOf, type Step, step, updates, writes } from "../kernels.js";
import { decision } from "../metrics/index.js";
import { HYPER } from "./layout.js";
import { gatherListed } from "./listed.js";
import type { Program } from "./program.js";
import { PACKED, type Source, targetWidths } from "./source.js";
import { splitSteps, stepped } from "./steps.js";
import { tapePlace } from "./tapes.js";
import type { Batch, Walk } from "./walk.js";

export function gather(batch: Batch, source: Source, cursor: Tensor, offset: number, targets: boolean): Step[] {
  const { layout, program, rows } = batch;
  const at = [reads(source.order), reads(cursor, offset)] as const;
  const by = rowsOf(rows);
  // Its own rows come first: the others then find them in its cache, not in memory.
  const all = [by, { axis: "above", extent: rows }, { axis: "below", extent: rows }] as const;
  const inputs = layout.inputs.flatMap((input, i) => {
    const kind = PACKED.indexOf(source.types[i]!);
    const from = [reads(source.x[i]!), ...at] as const;
    const size = [input.width, input.stride] as const;
    return (input.each && !batch.apart ? all : [by]).map(
      (split) =>
        gatherListed(input, split, from) ??
        (kind >= 0
          ? step("gather_uint8", split, writes(input), ...from, ...size, kind)
          : step("gather_float32", split, writes(input), ...from, ...size)),
    );
  });
  if (!targets) return inputs;
  const widths = targetWidths(program);
  const outcomes = program.training!.outcomes.map(({ target: kind }, k) => {
    const [target, y] = [layout.targets[k]!, source.y[k]!];
    return kind === "labels"
      ? step("gather_int32", by, writes(target), reads(y), ...at, widths[k]!)
      : step("gather_float32", by, writes(target), reads(y), ...at, target.width, target.stride);
  });
  return [...inputs, ...outcomes];
}

/** The nodes whose values the losses take. */
export const predsOf = ({ training }: Program): number[] => training!.outcomes.map(({ pred }) => pred);

/** Row losses by output, and, for an update of `total` rows, the gradients by what they take, which lie in `deltas`. */
export function lossSteps(batch: Batch, walk: Walk, total?: number, deltas = deltasOf(batch, walk)): Step[] {
  const { program, layout, rows } = batch;
  return program.training!.outcomes.flatMap(({ definition, config, pred, weight }, k) => {
    const [loss, target, delta] = [layout.losses[k]!, layout.targets[k]!, deltas[k]!];
    const by = stepped(definition, batch, walk, k);
    const place = tapePlace(layout, loss);
    const at = { batch: rowsOf(rows), loss, pred: walk.at(pred).tensor, target, ...by?.tensors, place };
    const split = splitSteps(batch, walk, k);
    if (total === undefined) return [...split, definition.forward(config, at), ...(by?.mean(loss) ?? [])];
    const scale = Math.fround(weight / (total * (by?.divisor ?? 1)));
    const step = definition.backward(config, { ...at, dpred: by?.delta ?? delta, scale });
    return [...split, step, ...(by?.join(delta) ?? []), ...(by?.mean(loss) ?? [])];
  });
}

const deltasOf = ({ program }: Batch, walk: Walk): Tensor[] => predsOf(program).map((index) => walk.at(index).delta);

/** What the model's loss is of those of several outputs. */
export function sumSteps({ program, layout, rows }: Batch): Step[] {
  const { outcomes } = program.training!;
  const { loss, losses } = layout;
  if (outcomes.length === 1) return [];
  return outcomes.map(({ weight }, k) =>
    step("sum_losses", rowsOf(rows), k ? updates(loss) : writes(loss), reads(losses[k]!), weight, k ? 0 : 1),
  );
}

/** The weights of the batch's rows, on losses and gradients; none where the data has none. */
export function weighSteps(
  batch: Batch,
  { weights, order }: Source,
  walk: Walk,
  hyper: Tensor,
  deltas = deltasOf(batch, walk),
): Step[] {
  const { rowWeight, losses } = batch.layout;
  if (!weights || !rowWeight) return [];
  const by = rowsOf(batch.rows);
  return [
    // Whole words are copied, whatever they mean.
    step("gather_int32", by, writes(rowWeight), reads(weights), reads(order), reads(hyper, HYPER.cursor), 1),
    ...deltas.map((delta, k) =>
      step("weigh_rows", by, updates(losses[k]!), updates(delta), reads(rowWeight), delta.stride),
    ),
  ];
}

/** What mixes a batch with its partner rows: their inputs before the layers, their losses by the same outputs behind them. */
export function mixSteps(batch: Batch, source: Source, walk: Walk, total: number): { inputs: Step[]; losses: Step[] } {
  const { layout, rows } = batch;
  const { mix, hyper, inputs, losses } = layout;
  if (!source.partners || !mix) return { inputs: [], losses: [] };
  const by = rowsOf(rows);
  const share = reads(hyper, HYPER.mix);
  const partner: Batch = { ...batch, layout: { ...layout, ...mix } };
  const partners: Source = { ...source, order: source.partners };
  const mixRows = (own: Tensor, other: Tensor) => step("mix_rows", by, updates(own), reads(other), share, own.stride);
  return {
    inputs: [
      ...gather(partner, partners, hyper, HYPER.cursor, true),
      ...inputs.map((input, i) => mixRows(input, mix.inputs[i]!)),
    ],
    losses: [
      ...lossSteps(partner, walk, total, [...mix.gradients]),
      ...weighSteps(partner, partners, walk, hyper, [...mix.gradients]),
      ...deltasOf(batch, walk).map((delta, k) => mixRows(delta, mix.gradients[k]!)),
      ...losses.map((loss, k) => step("mix_losses", by, updates(loss), reads(mix.losses[k]!), share)),
    ],
  };
}

/** Row values of each metric. */
export function metricSteps(batch: Batch, walk: Walk): Step[] {
  const { program, layout, rows } = batch;
  const { metrics, outcomes } = program.training!;
  return metrics.flatMap(({ definition, config, outcome }, i) => {
    if (!definition) return [];
    const { pred: taken, task } = outcomes[outcome]!;
    const value = layout.metrics[i]!;
    const pred = walk.at(definition.output ? program.outputs[outcome]!.index : taken).tensor;
    const place = tapePlace(layout, value);
    const by = stepped(definition, batch, walk, outcome);
    const at = { batch: rowsOf(rows), value, pred, target: layout.targets[outcome]!, ...by?.tensors };
    return [definition.row(config, { ...at, task, place }), ...(by?.mean(value) ?? [])];
  });
}

/** The class that each row decides for, of a single output. */
export function decisionStep({ program, layout, rows }: Batch, walk: Walk): Step {
  const { pred, task } = program.training!.outcomes[0]!;
  return decision({ batch: rowsOf(rows), value: layout.classes, pred: walk.at(pred).tensor, task });
}

/** What the lead sums up after a batch. */
export function rowValues({ program, layout }: Batch): Access[] {
  const { loss, metrics, activities, targets } = layout;
  const whole = program.training!.metrics.some(({ definition }) => definition?.whole);
  return [loss, ...metrics, ...activities, ...(whole ? targets : [])].map((tensor) => reads(tensor));
}
