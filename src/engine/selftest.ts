// Whether the fast kernels compute what the strict ones do, here and now. That an engine accepts relaxed SIMD does not show that
// it gets it right: V8 11.3 has an instruction that is off by a factor of two in one of its compilers.

import { instantiate } from "@assemblyscript/loader";
import type { Kernels } from "../kernels.js";

const BASE = 1024;
const [ROWS, INPUTS, UNITS] = [13, 40, 24] as const;
/** Calls of each kernel: enough for an engine to replace its first, simple code by optimized code on the way. */
const CALLS = 400;
const CHECKS = 8;
const TOLERANCE = 1e-5;

/** Byte offsets of the test's tensors, all of them INPUTS * INPUTS floats or less. */
const place = (index: number) => BASE + index * 4 * INPUTS * INPUTS;
const [X, WEIGHT, BIAS, OUT, SOFT, DWEIGHT] = [0, 1, 2, 3, 4, 5].map(place) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

async function start(module: WebAssembly.Module): Promise<{ kernels: Kernels; floats: Float32Array }> {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const { instance } = await instantiate(module, { env: { memory } });
  const floats = new Float32Array(memory.buffer);
  // A fixed pattern of values in [-1, 1), no two rows alike.
  for (let i = 0; i < INPUTS * INPUTS; i++) {
    floats[(X >> 2) + i] = ((i * 37) % 101) / 50.5 - 1;
    floats[(WEIGHT >> 2) + i] = ((i * 53) % 97) / 48.5 - 1;
    floats[(BIAS >> 2) + i] = ((i * 29) % 89) / 44.5 - 1;
  }
  return { kernels: instance.exports as unknown as Kernels, floats };
}

function run(kernels: Kernels): void {
  kernels.dense_forward(OUT, X, WEIGHT, BIAS, INPUTS, UNITS, UNITS, INPUTS, 0, ROWS);
  kernels.softmax_forward(SOFT, OUT, 1, UNITS, UNITS, 0, ROWS);
  kernels.dense_backward_kernel(DWEIGHT, X, SOFT, ROWS, INPUTS, INPUTS, UNITS, 0, (INPUTS * UNITS) / 64);
}

/** True if both modules (on plain memory) agree within rounding, at every check on the way to optimized code. */
export async function agree(strict: WebAssembly.Module, fast: WebAssembly.Module): Promise<boolean> {
  const [a, b] = await Promise.all([start(strict), start(fast)]);
  for (let check = 0; check < CHECKS; check++) {
    for (let call = 0; call < CALLS / CHECKS; call++) {
      run(a.kernels);
      run(b.kernels);
    }
    for (let i = OUT >> 2; i < place(6) >> 2; i++) {
      const [want, got] = [a.floats[i]!, b.floats[i]!];
      if (!(Math.abs(got - want) <= TOLERANCE * Math.max(1, Math.abs(want)))) return false;
    }
  }
  return true;
}
