// Jobs on the rows in the window: evaluate, predict, one update, gradients. Every member of the team runs them together.

import { shareOf } from "../kernels.js";
import { sizeOf } from "../layers/layer.js";
import { predictPlan } from "../plan/plan.js";
import type { Source } from "../plan/source.js";
import type { NamedTensor } from "../spec.js";
import { clearCarried } from "./carried.js";
import { Divergence, findLayer, NonFiniteLoss } from "./divergence.js";
import type { Engine } from "./engine.js";
import { eachBatch, evaluateRows } from "./evaluate.js";
import { writeStepStrengths } from "./strengths.js";
import { Evaluation, type EvaluationResult } from "./tally.js";
import { pack } from "./weights.js";

/** Losses of one batch, before its update. */
export interface BatchResult {
  readonly loss: number;
  readonly dataLoss: number;
  readonly penalty: number;
}

export interface GradientsResult {
  readonly loss: number;
  readonly weights: NamedTensor[];
  readonly inputs: Float32Array[];
}

/** How the values of each input are kept. */
type Types = Source["types"];
const windowOf = ({ run }: Engine, types: Types): Source => ({ ...run.layout.window, types });

/** A window among those of one call of evaluate. */
export interface Part {
  readonly types: Types;
  readonly rows: number;
  readonly batch: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly confusion: boolean;
}

/** What a window gives: the sum of its row losses, and the penalty; the last one also what all windows gave together. */
export interface PartResult extends Partial<EvaluationResult> {
  readonly sum: number;
  readonly penalty: number;
  /** The sum of the rows' penalties on what layers give out. */
  readonly activity: number;
}

/** Losses and metrics of the window's first rows; only the lead's count. */
export function evaluateWindow(engine: Engine, { types, rows, batch, first, last, confusion }: Part): PartResult {
  const { run, plans } = engine;
  const source = windowOf(engine, types);
  if (first && clearCarried(run, "evaluation")) run.team.barrier();
  evaluateRows(run, plans, source, rows, batch, confusion);
  const activity = run.sumActivities(rows, run.layout.activityResults);
  const losses = { sum: run.sumLosses(rows), penalty: run.sumPenalties(), activity };
  if (!run.team.leads) return losses;
  const evaluation = first ? new Evaluation(run.program, confusion) : engine.evaluation!;
  evaluation.add(run, source, rows);
  engine.evaluation = last ? undefined : evaluation;
  return last ? { ...losses, ...evaluation.result() } : losses;
}

/** Each output for the window's first rows, without padding; only the lead returns them. */
export function predictWindow(engine: Engine, types: Types, rows: number, batch: number): Float32Array[] | undefined {
  const { run, plans } = engine;
  const { program, layout, team } = run;
  const source = windowOf(engine, types);
  const { outputs } = predictPlan(program, layout, source, batch);
  const parts = outputs.map(({ stride, ...output }, k) => ({
    ...{ stride, width: sizeOf(program.outputs[k]!.shape) },
    ...{ values: run.float({ stride, ...output }), predictions: run.float(layout.predictions[k]!) },
  }));
  eachBatch(run, rows, batch, (start, count) => {
    run.cursor = start;
    run.runRows(plans.predict(source, count));
    const [from, to] = shareOf(count, team.index, team.count);
    for (const { stride, width, values, predictions } of parts) {
      for (let row = from; row < to; row++) {
        const at = row * stride;
        predictions.set(values.subarray(at, at + width), (start + row) * width);
      }
    }
  });
  return team.leads ? parts.map(({ predictions, width }) => predictions.slice(0, rows * width)) : undefined;
}

/** The same behind the nodes below `end`. No room is planned for these, however wide: the lead takes them batch by batch. */
export function layerWindow(
  engine: Engine,
  types: Types,
  rows: number,
  batch: number,
  end: number,
): Float32Array | undefined {
  const { run, plans } = engine;
  const { program, layout, team } = run;
  const width = sizeOf(program.nodes[end - 1]!.out);
  const source = windowOf(engine, types);
  const output = predictPlan(program, layout, source, batch, end).outputs[0]!;
  const values = run.float(output);
  const found = team.leads ? new Float32Array(rows * width) : undefined;
  eachBatch(run, rows, batch, (start, count) => {
    run.cursor = start;
    run.run(plans.predict(source, count, end));
    for (let row = 0; found && row < count; row++) {
      const at = row * output.stride;
      found.set(values.subarray(at, at + width), (start + row) * width);
    }
    team.barrier();
  });
  return found;
}

/** One update on the window's first rows. DivergedError, and the weights as they were, if a number is not finite. */
export function trainWindow(engine: Engine, types: Types, rows: number): BatchResult {
  const { run, plans, state } = engine;
  const { layout, team } = run;
  engine.leaveFit(rows);
  engine.averages.toTrained();
  const [plan] = plans.train(windowOf(engine, types), { rows, total: rows, part: "whole" });
  run.copyShare(layout.state, layout.snapshot);
  if (team.leads) {
    run.int(layout.flags).fill(0);
    state.write(0, 0);
  }
  team.barrier();
  if (team.leads) run.stable = false;
  try {
    run.run(plan);
  } catch (error) {
    if (!(error instanceof NonFiniteLoss)) throw error;
    const { layer, what } = findLayer(run, rows);
    if (team.leads) run.stable = true;
    throw new Divergence(what, layer, state.epoch, state.step).error("trainOnBatch", "No update was made.");
  }
  undoIfMarked(engine, "trainOnBatch");
  if (team.leads) {
    state.commit();
    run.stable = true;
  }
  const dataLoss = run.meanLoss(rows);
  const penalty = run.sumPenalties() + run.sumActivities(rows) / rows;
  return { loss: dataLoss + penalty, dataLoss, penalty };
}

/** DivergedError, and the state before the update, if it left a weight that is not finite. All members see the same marks. */
function undoIfMarked(engine: Engine, who: string): void {
  const { run, state } = engine;
  const marked = run.markedLayer();
  if (marked === undefined) return;
  run.team.barrier();
  engine.restore(run.layout.snapshot, run.layout.state);
  if (run.team.leads) run.stable = true;
  throw new Divergence("its weights", marked, state.epoch, state.step).error(who, "The update was undone.");
}

/** Gradients on the window's first rows, of the loss or from a given gradient by the output; only the lead's count. */
export function gradientsWindow(
  engine: Engine,
  types: Types,
  rows: number,
  from: "loss" | "output",
  training: boolean,
): GradientsResult {
  const { run, plans, state } = engine;
  const { layout, team } = run;
  run.cursor = 0;
  if (team.leads) {
    run.writeHyper(0, 0, state.step, 0, []);
    writeStepStrengths(run, 0);
  }
  team.barrier();
  run.run(plans.gradients(windowOf(engine, types), rows, from, training));
  if (!team.leads) return { loss: 0, weights: [], inputs: [] };
  const inputs = layout.inputGradients!.map((gradient) => {
    const { width, stride } = gradient;
    const input = new Float32Array(rows * width);
    const values = run.float(gradient);
    for (let row = 0; row < rows; row++) input.set(values.subarray(row * stride, row * stride + width), row * width);
    return input;
  });
  const loss = from === "loss" ? run.meanLoss(rows) + run.sumPenalties() + run.sumActivities(rows) / rows : 0;
  return { loss, weights: engine.named(layout.parameters.map(({ gradient }) => gradient)), inputs };
}

/** The optimizer's update from gradients in the public order. */
export function applyGradients(engine: Engine, gradients: readonly Float32Array[]): void {
  const { run, plans, state } = engine;
  const { layout, team } = run;
  engine.averages.toTrained();
  run.copyShare(layout.state, layout.snapshot);
  if (team.leads) {
    run.int(layout.flags).fill(0);
    layout.parameters.forEach(({ parameter, gradient }, i) => {
      pack(parameter, gradients[i]!, run.float(gradient));
    });
    state.write(0, 0);
  }
  team.barrier();
  if (team.leads) run.stable = false;
  team.barrier();
  run.run(plans.apply());
  undoIfMarked(engine, "applyGradients");
  if (team.leads) {
    state.commit();
    run.stable = true;
  }
}
