// Losses and metrics of a model for rows of any number, window by window.

import type { PartResult } from "../engine/jobs.js";
import { OptionError } from "../errors.js";
import { confusedClasses } from "../metrics/index.js";
import type { Program } from "../plan/program.js";
import type { Pair } from "./ports.js";
import type { Session } from "./session.js";
import { checkWhole, statefulLayer } from "./stateful.js";
import { eachWindow, typesOf } from "./windows.js";

/** Mean loss with the penalty, and metrics of all rows; `parked` where a running fit makes room for the call. */
export async function runEvaluate(
  program: Program,
  session: Session,
  parked: boolean,
  { x, y, batch, confusion }: Pair & { batch: number; confusion: boolean },
): Promise<object> {
  const { rows } = x[0]!;
  const types = typesOf(x);
  let sum = 0;
  let penalty = 0;
  let activity = 0;
  let found: Pick<PartResult, "metrics" | "confusion"> = {};
  checkWhole(program, rows, batch, "evaluate");
  const exact = statefulLayer(program) !== undefined;
  await eachWindow(session, parked, { x, y, batch, exact, who: "evaluate" }, async (window) => {
    const part = { ...window, types, confusion };
    const result = await session.all(({ jobs }) => jobs.evaluate(part));
    sum += result.sum;
    activity += result.activity;
    penalty = result.penalty + activity / rows;
    found = result;
  });
  const dataLoss = sum / rows;
  const matrix = found.confusion ? { confusionMatrix: { data: found.confusion } } : {};
  return { loss: dataLoss + penalty, dataLoss, penalty, ...found.metrics, ...matrix };
}

/** OptionError for a model whose classes cannot be counted against each other. */
export function checkConfusion({ outputs, training }: Program): void {
  const who = "evaluate: confusionMatrix";
  if (outputs.length > 1) throw new OptionError(`${who}: expected a model of one output, got ${outputs.length}.`);
  confusedClasses(training!.outcomes[0]!.task, who);
}
