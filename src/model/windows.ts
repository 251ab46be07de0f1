// Rows that pass through the window: the part of the memory for data of predict, evaluate and single batches.

import { OptionError } from "../errors.js";
import type { Targets, Values } from "./data.js";
import { rowsOf } from "./data.js";
import type { Session } from "./session.js";

/** A window's rows, the batch size that fits the memory, and whether it is the first or the last. */
export interface WindowPart {
  readonly rows: number;
  readonly batch: number;
  readonly first: boolean;
  readonly last: boolean;
}

interface Rows {
  readonly x: Values;
  readonly y?: Targets;
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
  { x, y, batch, most, exact, who }: Rows,
  visit: (part: WindowPart) => Promise<void>,
): Promise<void> {
  // A running fit keeps its memory: the window in it serves. One that waits for its first rows may have none yet.
  if (!parked || !session.ready) await session.ensure(session.widen({ batch: Math.min(batch, x.rows) }));
  const { window, request } = session.layout;
  const size = Math.min(batch, request.batch);
  if (exact && size < Math.min(batch, x.rows)) {
    const cure = "Pass batchSize, or wait for the fit to end.";
    throw new OptionError(`${who}: batchSize: expected at most ${size} in this fit, got ${batch}. ${cure}`);
  }
  const wanted = Math.min(window.rows, Math.max(size, Math.floor(most ?? window.rows)));
  const rows = wanted - (wanted % size);
  for (let start = 0; start < x.rows; start += rows) {
    const end = Math.min(x.rows, start + rows);
    await session.upload(window, { x: rowsOf(x, start, end), y: y && rowsOf(y, start, end) });
    const check = { source: "window", type: x.type, rows: end - start, firstRow: start } as const;
    await session.check({ ...check, targets: y?.kind ?? "none", who });
    await visit({ rows: end - start, batch: size, first: start === 0, last: end === x.rows });
  }
}

/** One batch of rows into the window; the memory is made to hold it. */
export async function fillWindow(
  session: Session,
  { x, y, who }: { x: Values; y: Targets; who: string },
  need: { inputGradient?: boolean } = {},
): Promise<void> {
  await session.ensure(session.widen({ batch: x.rows, ...need }));
  await session.upload(session.layout.window, { x, y });
  await session.check({ source: "window", type: x.type, rows: x.rows, firstRow: 0, targets: y.kind, who });
}
