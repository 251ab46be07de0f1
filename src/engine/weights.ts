// Weights between the public order (row-major) and the panels they lie in; and the hash of their bits.

import { stride } from "../arena.js";
import { sizeOf } from "../layers/layer.js";
import type { Parameter } from "../plan/program.js";

/** Index in memory of element (i, o) of a kernel with I rows. */
const panel = (i: number, o: number, I: number) => (o >> 3) * stride(I) * 8 + i * 8 + (o & 7);

/** Calls `visit(public index, index in memory)` for every element. */
function eachElement({ matrix: [I, O], layout }: Parameter, visit: (logical: number, physical: number) => void): void {
  if (layout === "flat") {
    for (let o = 0; o < O; o++) visit(o, o);
    return;
  }
  for (let i = 0; i < I; i++) for (let o = 0; o < O; o++) visit(i * O + o, panel(i, o, I));
}

/** Memory -> public order. */
export function unpack(parameter: Parameter, memory: Float32Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(sizeOf(parameter.shape));
  eachElement(parameter, (logical, physical) => {
    values[logical] = memory[physical]!;
  });
  return values;
}

/** Public order -> memory; padding becomes zero. */
export function pack(parameter: Parameter, values: ArrayLike<number>, memory: Float32Array): void {
  memory.fill(0);
  eachElement(parameter, (logical, physical) => {
    memory[physical] = values[logical]!;
  });
}

/** A 64-bit hash (FNV-1a on 32-bit words, two lanes) of weights in the public order, 16 hexadecimal digits. */
export function fingerprint(tensors: readonly Float32Array[]): string {
  let [a, b] = [0x811c9dc5, 0xcbf29ce4];
  for (const tensor of tensors) {
    const words = new Uint32Array(tensor.buffer, tensor.byteOffset, tensor.length);
    for (const word of words) {
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul(b ^ (word >>> 16) ^ (word << 16), 0x85ebca6b);
      b ^= b >>> 13;
    }
  }
  const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
  return hex(a) + hex(b);
}
