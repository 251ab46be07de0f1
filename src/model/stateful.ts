// Models with stateful layers: row i of a batch goes on where row i of the batch before it ended.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import type { RecurrentConfig } from "../layers/recurrence.js";
import type { Program } from "../plan/program.js";
import type { Values } from "./data.js";
import type { Session } from "./session.js";

/** The name of a stateful layer, if there is one. */
export const statefulLayer = ({ nodes }: Program): string | undefined =>
  nodes.find(({ config }) => (config as RecurrentConfig).stateful)?.name;

/** OptionError unless the rows make whole batches, or less than one, where a layer is stateful. */
export function checkWhole(program: Program, rows: number, batchSize: number, who: string): void {
  const name = statefulLayer(program);
  if (name === undefined || rows <= batchSize || rows % batchSize === 0) return;
  const expected = `expected one that divides ${rows} rows, as ${name} is stateful`;
  throw new OptionError(`${who}: batchSize: ${expected}, got ${batchSize}. Row i of a batch goes on in the next one.`);
}

/** OptionError for options of a fit by which a row would go on in another one, where a layer is stateful. */
export function checkStateful(
  program: Program,
  given: object,
  batchSize: number,
  { data, validation }: Partial<Record<"data" | "validation", { readonly x: Values } | undefined>>,
): void {
  const name = statefulLayer(program);
  if (name === undefined) return;
  const { shuffle, validationSplit, sampler, mixup, batchSize: size = 1 } = given as Record<string, unknown>;
  const wrong = (
    [
      ["shuffle", "false", shuffle, shuffle === false],
      ["validationSplit", "none", validationSplit, !validationSplit],
      ["sampler", "none", sampler, sampler === undefined],
      ["mixup", "none", mixup, !mixup],
      ["batchSize", "a number of rows", size, typeof size === "number"],
    ] as const
  ).find(([, , , fits]) => !fits);
  if (wrong) {
    const [option, expected, got] = wrong;
    const cure = "Row i of a batch goes on in row i of the next one.";
    throw new OptionError(`fit: ${option}: expected ${expected}, as ${name} is stateful, got ${show(got)}. ${cure}`);
  }
  if (data) checkWhole(program, data.x.rows, batchSize, "fit");
  if (validation) checkWhole(program, validation.x.rows, batchSize, "fit: validationData");
}

/** Has the batches to come begin with zeros; those of a fit that is parked go on. */
export async function runReset(session: Session, parked: boolean): Promise<void> {
  if (!parked || !session.ready) await session.ensure(session.widen({}));
  await session.lead(({ jobs }) => jobs.clear(parked ? ["prediction"] : ["prediction", "training"]));
}
