// The compiled kernels: unpacked once, compiled once for each pair of build and kind of memory, then posted to workers.

import { heads, packed } from "kernels:packed";
import { PlatformError } from "./errors.js";
import { features } from "./features.js";
import { readDigits } from "./packing/digits.js";
import { takeKernels } from "./packing/kernels.js";
import { macrotask } from "./rpc.js";
import type { Numerics } from "./spec.js";

const SLICE_MILLISECONDS = 4;

let bytes: Promise<Record<Numerics, Uint8Array>> | undefined;
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Unpacks both builds, in slices that leave the caller's thread free. */
async function unpack(): Promise<Record<Numerics, Uint8Array>> {
  const steps = takeKernels(readDigits(packed), heads);
  for (let end = 0; ; ) {
    const { done, value } = steps.next();
    if (done) return { strict: value[0]!, fast: value[1]! };
    if (performance.now() < end) continue;
    await macrotask();
    end = performance.now() + SLICE_MILLISECONDS;
  }
}

/** The module for a build, importing shared or plain memory. PlatformError where the engine has no SIMD. */
export function kernelModule(numerics: Numerics, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${numerics} ${shared}`;
  let module = compiled.get(key);
  if (!module) {
    module = compile(numerics, shared);
    compiled.set(key, module);
    module.catch(() => compiled.delete(key));
  }
  return module;
}

async function compile(numerics: Numerics, shared: boolean): Promise<WebAssembly.Module> {
  const { simd, reason } = features();
  if (!simd) throw new PlatformError(`platform: expected WebAssembly SIMD, but ${reason}.`);
  bytes ??= unpack();
  const plain = (await bytes)[numerics];
  try {
    return await WebAssembly.compile((shared ? shareMemory(plain) : plain) as BufferSource);
  } catch (error) {
    const cure = "A Content-Security-Policy needs 'wasm-unsafe-eval' in its script-src.";
    throw new PlatformError(`platform: expected to compile WebAssembly, but: ${(error as Error).message}. ${cure}`);
  }
}

/**
 * The same module with a shared memory in its import: the limits flag 1 (has a maximum) becomes 3 (and is shared). Kernels use
 * no atomic instruction, so nothing else differs.
 */
export function shareMemory(module: Uint8Array): Uint8Array {
  const patched = module.slice();
  let at = 8;
  const read = () => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = patched[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  };
  while (at < patched.length) {
    const section = read();
    const size = read();
    if (section !== 2) {
      at += size;
      continue;
    }
    for (let imports = read(); imports > 0; imports--) {
      for (let names = 2; names > 0; names--) {
        const length = read();
        at += length;
      }
      const kind = patched[at++];
      if (kind !== 2) throw new Error("kernels: expected memory as the only import");
      patched[at] = 3;
      at++;
      read();
      read();
    }
    return patched;
  }
  throw new Error("kernels: expected an import section");
}
