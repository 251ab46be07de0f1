// Models with stateful layers: row i of a batch goes on where row i of the batch before it ended.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import type { RecurrentConfig } from "../layers/recurrence.js";
import type { Program } from "../plan/program.js";
import type { FitInput } from "./options.js";
import type { Pair } from "./ports.js";
import type { Session } from "./session.js";

/** The name of a stateful layer, if there is one. */
export const statefulLayer = ({ nodes }: Program): string | undefined =>
  nodes.find(({ config }) => (config as RecurrentConfig).stateful)?.name;

const CURE = "Row i of a batch goes on in the next one.";

/** OptionError unless the rows make whole batches, or less than one, where a layer is stateful. */
export function checkWhole(program: Program, rows: number, batchSize: unknown, who: string): void {
  const name = statefulLayer(program);
  const whole = typeof batchSize === "number" && (rows <= batchSize || rows % batchSize === 0);
  if (name === undefined || whole) return;
  const expected = `expected a number that divides ${rows} rows, as ${name} is stateful`;
  throw new OptionError(`${who}: batchSize: ${expected}, got ${show(batchSize)}. ${CURE}`);
}

/** OptionError for options of a fit by which a row would go on in another one, where a layer is stateful; `rows` are a batch's. */
export function checkStateful(
  program: Program,
  { shuffle, validationSplit, sampler, mixup, batchSize }: { [name in keyof FitInput]?: unknown },
  rows: number,
  { data, validation }: Partial<Record<"data" | "validation", Pair | undefined>>,
): void {
  const name = statefulLayer(program);
  const wrong = Object.entries({ shuffle, validationSplit, sampler, mixup }).find(([, value]) => value);
  if (name !== undefined && wrong) {
    const expected = `expected ${wrong[0] === "shuffle" ? "false" : "none"}, as ${name} is stateful`;
    throw new OptionError(`fit: ${wrong[0]}: ${expected}, got ${show(wrong[1])}. ${CURE}`);
  }
  if (data) checkWhole(program, data.x[0]!.rows, batchSize, "fit");
  if (validation) checkWhole(program, validation.x[0]!.rows, rows, "fit: validationData");
}

/** Has the batches to come begin with zeros; those of a fit that is parked go on. */
export async function runReset(session: Session, parked: boolean): Promise<void> {
  if (!parked || !session.ready) await session.ensure(session.widen({}));
  await session.lead(({ jobs }) => jobs.clear(parked ? ["prediction"] : ["prediction", "training"]));
}
