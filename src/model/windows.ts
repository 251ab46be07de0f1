// Rows that pass through the window: the part of the memory for data of predict, evaluate and single batches.

import type { SourceCheck } from "../engine/check.js";
import { OptionError } from "../errors.js";
import type { ValueType } from "../spec.js";
import { rowsOf, type Targets, type Values } from "./data.js";
import type { Pair } from "./ports.js";
import type { Session } from "./session.js";

/** A window's rows, the batch size that fits the memory, and whether it is the first or the last. */
export interface WindowPart {
  readonly rows: number;
  readonly batch: number;
  readonly first: boolean;
  readonly last: boolean;
}

interface Rows {
  readonly x: readonly Values[];
  readonly y?: readonly Targets[];
  readonly batch: number;
  /** Windows have at most so many rows, or one batch. */
  readonly most?: number;
  /** Batches may not be smaller than they were asked for. */
  readonly exact: boolean;
  readonly who: string;
}

/** Rows in windows of whole batches, but for the last: each is copied, checked and given to `visit`. */
export async function eachWindow(
  session: Session,
  parked: boolean,
  { x, y = [], batch, most, exact, who }: Rows,
  visit: (part: WindowPart) => Promise<void>,
): Promise<void> {
  const total = x[0]!.rows;
  // A running fit keeps its memory: the window in it serves. One that waits for its first rows may have none yet.
  if (!parked || !session.ready) await session.ensure(session.widen({ batch: Math.min(batch, total) }));
  const { window, request } = session.layout;
  const size = Math.min(batch, request.batch);
  if (exact && size < Math.min(batch, total)) {
    const cure = "Pass batchSize, or wait for the fit to end.";
    throw new OptionError(`${who}: batchSize: expected at most ${size} in this fit, got ${batch}. ${cure}`);
  }
  const wanted = Math.min(window.rows, Math.max(size, Math.floor(most ?? window.rows)));
  const rows = wanted - (wanted % size);
  for (let start = 0; start < total; start += rows) {
    const end = Math.min(total, start + rows);
    const cut = <V extends Values>(data: readonly V[]) => data.map((one) => rowsOf(one, start, end));
    await session.upload(window, { x: cut(x), y: cut(y) });
    await session.check({ ...looks({ x, y }), source: "window", rows: end - start, firstRow: start, who });
    await visit({ rows: end - start, batch: size, first: start === 0, last: end === total });
  }
}

/** One batch of rows into the window; the memory is made to hold it. */
export async function fillWindow(
  session: Session,
  { x, y, who }: Pair & { who: string },
  need: { inputGradient?: boolean } = {},
): Promise<void> {
  const { rows } = x[0]!;
  await session.ensure(session.widen({ batch: rows, ...need }));
  await session.upload(session.layout.window, { x, y });
  await session.check({ ...looks({ x, y }), source: "window", rows, firstRow: 0, who });
}

/** How inputs are kept, and what targets are, as the worker's check asks. */
export const looks = ({ x, y }: Pair): Pick<SourceCheck, "types" | "targets"> => ({
  types: typesOf(x),
  targets: y.map(({ kind }) => kind),
});

/** How the values of each input are kept. */
export const typesOf = (x: readonly Values[]): ValueType[] => x.map(({ type }) => type);
