// The compiled kernels: unpacked once, compiled once for each pair of build and kind of memory, then posted to workers.

import { packed, pieceBytes, strictBytes } from "kernels:packed";
import { PlatformError } from "./errors.js";
import { features } from "./features.js";
import type { Numerics } from "./spec.js";

let bytes: Promise<Record<Numerics, Uint8Array>> | undefined;
const compiled = new Map<string, Promise<WebAssembly.Module>>();

async function unpack(): Promise<Record<Numerics, Uint8Array>> {
  const text = atob(packed);
  const zipped = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  const both = new Uint8Array(await new Response(stream).arrayBuffer());
  return takeApart(both);
}

/** The builds lie in turns, piece by piece, because that packs to little more than one of them. */
function takeApart(both: Uint8Array): Record<Numerics, Uint8Array> {
  const builds = { strict: new Uint8Array(strictBytes), fast: new Uint8Array(both.length - strictBytes) };
  let at = 0;
  for (let from = 0; at < both.length; from += pieceBytes) {
    for (const build of [builds.strict, builds.fast]) {
      const piece = both.subarray(at, at + Math.max(0, Math.min(pieceBytes, build.length - from)));
      if (piece.length) build.set(piece, from);
      at += piece.length;
    }
  }
  return builds;
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
