// Data that could as well be bytes, such as pixels by 255, is kept as bytes while a fit lasts: there is a quarter to read for each batch,
// and what is gathered has the same bits.

import { PACKED, type Source } from "../plan/source.js";
import type { SourceCheck } from "./check.js";
import type { RunMemory } from "./memory.js";

/** Keeps those inputs of a source as bytes that can be, if its rows stay: those of a window do not, nor those of a stream. */
export function packInputs(run: RunMemory, { source, types, from }: SourceCheck): void {
  const { x, packed } = run.layout[source]!;
  const stay = source !== "window" && from === undefined;
  run.int(packed).set(types.map((type, i) => (stay && type === "float32" ? run.look("pack_uint8", x[i]!) : 0)));
}

/** A source with its values as they are kept. */
export const keptSource = (run: RunMemory, source: Source): Source => ({
  ...source,
  types: source.types.map((type, i) => PACKED[run.int(source.packed)[i]! - 1] ?? type),
});
