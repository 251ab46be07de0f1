// What the rows of a batch come to: their losses with gradients, and their metrics.

import { rowsOf, type Step } from "../kernels.js";
import { stepped } from "./steps.js";
import { tapePlace } from "./tapes.js";
import type { Batch, Walk } from "./walk.js";

/** Row losses, in training with the gradient by what the loss takes of the mean over `total` rows. */
export function lossSteps({ program, layout, rows }: Batch, walk: Walk, training: boolean, total = rows): Step[] {
  const { definition, config } = program.training!.loss!;
  const { loss, target } = layout;
  const place = tapePlace(layout, loss);
  const { pred, delta } = walk;
  const by = stepped(definition, layout, walk, rows);
  const tensors = { batch: rowsOf(rows), loss, pred, target, ...by?.tensors, place };
  if (!training) return [definition.forward(config, tensors), ...(by?.mean(loss) ?? [])];
  const scale = Math.fround(1 / (total * (by?.divisor ?? 1)));
  const step = definition.backward(config, { ...tensors, dpred: by?.delta ?? delta, scale });
  return [step, ...(by?.join(delta) ?? []), ...(by?.mean(loss) ?? [])];
}

/** Row values of each metric. */
export function metricSteps({ program, layout, rows }: Batch, walk: Walk): Step[] {
  const { metrics, task } = program.training!;
  const { target } = layout;
  return metrics.flatMap(({ definition, config }, i) => {
    const value = layout.metrics[i]!;
    const pred = definition.output ? walk.output : walk.pred;
    const place = tapePlace(layout, value);
    const by = stepped(definition, layout, walk, rows);
    const tensors = { batch: rowsOf(rows), value, pred, target, ...by?.tensors };
    return [definition.row(config, { ...tensors, task: task!, place }), ...(by?.mean(value) ?? [])];
  });
}
