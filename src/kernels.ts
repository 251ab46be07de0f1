// The kernels as the build's own declarations name them: host types are generated, not mirrored.
import type { instantiate } from "../build/kernels.strict.js";

type Exports = Awaited<ReturnType<typeof instantiate>>;

/** Every kernel: `(…pointers, …sizes, from, to) => void`. */
export type Kernels = Omit<Exports, "memory">;
export type KernelName = keyof Kernels;
