// What the engine and the page offer, found out without compiling more than a few bytes.

import { platform } from "./platform.js";

export interface Features {
  simd: boolean;
  relaxedSimd: boolean;
  /** Threads can share memory, so that a team of workers can train one model. */
  threads: boolean;
  crossOriginIsolated: boolean;
  /** The most workers that `workers: "auto"` takes. */
  workers: number;
  /** Why something is missing, in one line. */
  reason?: string;
}

const MOST_WORKERS = 8;

/** A module with one function `() -> v128` made of `body`, as the smallest thing that shows whether an engine knows it. */
const knows = (body: readonly number[]): boolean => {
  const code = [0, ...body, 0x0b];
  const section = [1, code.length, ...code];
  return WebAssembly.validate(
    Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...[1, 5, 1, 0x60, 0, 1, 0x7b],
      ...[3, 2, 1, 0],
      ...[10, section.length, ...section],
    ]),
  );
};
/** i32.const 0, i8x16.splat. */
const SPLAT = [0x41, 0, 0xfd, 0x0f];
/** Three vectors, f32x4.relaxed_madd. */
const RELAXED = [...SPLAT, ...SPLAT, ...SPLAT, 0xfd, 0x85, 0x02];

/** What this engine and this page offer. */
export function features(): Features {
  const simd = knows(SPLAT);
  const relaxedSimd = knows(RELAXED);
  const why = platform().whyNotShared();
  const threads = why === undefined && typeof SharedArrayBuffer !== "undefined";
  const missing = simd ? undefined : "the engine has no WebAssembly SIMD (Chrome 91, Firefox 89, Safari 16.4, Node 16)";
  const alone = threads ? undefined : `one worker only: ${why ?? "SharedArrayBuffer is missing"}`;
  const slow = relaxedSimd
    ? undefined
    : "strict kernels only: the engine has no relaxed SIMD (Node 22, Chrome 114, Firefox 145)";
  const reason = missing ?? alone ?? slow;
  return {
    simd,
    relaxedSimd,
    threads,
    crossOriginIsolated: platform().crossOriginIsolated(),
    workers: threads ? Math.min(MOST_WORKERS, platform().cores()) : 1,
    ...(reason ? { reason } : {}),
  };
}
