// Data that could as well be bytes, such as pixels by 255, is kept as bytes while a fit lasts: there is a quarter to read for each batch,
// and what is gathered has the same bits. Where many of these are zero and only layers look at them that can go by lists of what is not,
// rows are kept with such lists, which are then made once, not for each batch.

import type { Tensor } from "../arena.js";
import { sizeOf } from "../layers/layer.js";
import { listedUnits } from "../plan/listed.js";
import { PACKED, type Source } from "../plan/source.js";
import type { SourceCheck } from "./check.js";
import type { RunMemory } from "./memory.js";

/** Keeps those inputs of a source as bytes that can be, if its rows stay: those of a window do not, nor those of a stream. */
export function packInputs(run: RunMemory, { source, types, from }: SourceCheck): void {
  const { x, packed } = run.layout[source]!;
  const stay = source !== "window" && from === undefined;
  const kept = types.flatMap((type, i) => (stay && type === "float32" ? packInput(run, x[i]!, i) : [0, 0]));
  run.int(packed).set(kept);
}

/** Which of PACKED an input is kept as, and how long its records are; each may be none. */
function packInput(run: RunMemory, x: Tensor, input: number): [kind: number, record: number] {
  const { program, layout } = run;
  const kind = run.look("pack_uint8", x);
  const units = kind ? listedUnits(program, layout, input) : 0;
  return [kind, units ? run.look("list_rows", x, sizeOf(program.inputs[input]!.shape), units) : 0];
}

/** A source with its values as they are kept. */
export function keptSource(run: RunMemory, source: Source): Source {
  const packed = run.int(source.packed);
  return {
    ...source,
    types: source.types.map((type, i) => PACKED[packed[2 * i]! - 1] ?? type),
    records: source.types.map((_, i) => packed[2 * i + 1]!),
  };
}
