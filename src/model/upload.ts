// Data into a run's memory without holding up the caller's thread.

import type { Tensor } from "../arena.js";
import type { Source } from "../plan/source.js";
import { macrotask } from "../rpc.js";
import type { Targets, Values } from "./data.js";

/** Bytes copied between two turns of the caller's event loop. */
const SLICE_BYTES = 2e6;

/** What goes into a source, by input and output. */
export interface Upload {
  readonly x: readonly Values[];
  readonly y?: readonly Targets[] | undefined;
  readonly weights?: Float32Array | undefined;
}

/** Has a worker copy bytes to an address; `moved` buffers change their owner. */
export type Write = (pointer: number, bytes: Uint8Array, moved: boolean) => Promise<void>;

/** Copies rows into a source from its row `first` on. */
export async function copyRows(
  memory: WebAssembly.Memory | undefined,
  write: Write,
  source: Source,
  { x, y, weights }: Upload,
  transfer: boolean,
  first: number,
): Promise<void> {
  const at = (pointer: number, { width, values }: Values) => pointer + first * width * values.BYTES_PER_ELEMENT;
  const copy = ({ pointer }: Tensor, part: Values) =>
    copyValues(memory, write, at(pointer, part), part.values, transfer);
  for (const [i, part] of x.entries()) await copy(source.x[i]!, part);
  for (const [k, part] of (y ?? []).entries()) await copy(source.y[k]!, part);
  if (weights) await copyValues(memory, write, source.weights!.pointer + first * 4, weights, false);
}

/** Copies values to an address: in slices, into shared memory or by the worker; whole where their buffer can be shared or moved. */
async function copyValues(
  memory: WebAssembly.Memory | undefined,
  write: Write,
  pointer: number,
  values: Float32Array | Uint8Array | Int32Array,
  transfer: boolean,
): Promise<void> {
  const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  const foreign = typeof SharedArrayBuffer !== "undefined" && values.buffer instanceof SharedArrayBuffer;
  const whole = values.byteLength === values.buffer.byteLength;
  if (foreign || (transfer && whole)) {
    await write(pointer, bytes, !foreign);
    return;
  }
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    const slice = bytes.subarray(start, start + SLICE_BYTES);
    if (memory) new Uint8Array(memory.buffer).set(slice, pointer + start);
    else await write(pointer + start, slice.slice(), true);
    if (start + SLICE_BYTES < bytes.length) await macrotask();
  }
}
