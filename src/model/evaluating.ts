// Losses and metrics of a model for rows of any number, window by window.

import type { PartResult } from "../engine/jobs.js";
import type { Program } from "../plan/program.js";
import type { Targets, Values } from "./data.js";
import type { Session } from "./session.js";
import { checkWhole, statefulLayer } from "./stateful.js";
import { eachWindow } from "./windows.js";

/** Mean loss with the penalty, and metrics of all rows; `parked` where a running fit makes room for the call. */
export async function runEvaluate(
  program: Program,
  session: Session,
  parked: boolean,
  { x, y, batch, confusion }: { x: Values; y: Targets; batch: number; confusion: boolean },
): Promise<object> {
  let sum = 0;
  let penalty = 0;
  let activity = 0;
  let found: Pick<PartResult, "metrics" | "confusion"> = {};
  checkWhole(program, x.rows, batch, "evaluate");
  const exact = statefulLayer(program) !== undefined;
  await eachWindow(session, parked, { x, y, batch, exact, who: "evaluate" }, async (window) => {
    const part = { ...window, type: x.type, confusion };
    const result = await session.all(({ jobs }) => jobs.evaluate(part));
    sum += result.sum;
    activity += result.activity;
    penalty = result.penalty + activity / x.rows;
    found = result;
  });
  const dataLoss = sum / x.rows;
  const matrix = found.confusion ? { confusionMatrix: { data: found.confusion } } : {};
  return { loss: dataLoss + penalty, dataLoss, penalty, ...found.metrics, ...matrix };
}
