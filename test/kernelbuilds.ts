// Both builds of the kernels, instantiated on a memory of the test's own.
import { fast, strict } from "kernels:bytes";
import type { Kernels } from "../src/kernels.js";

export interface Build {
  name: "strict" | "fast";
  kernels: Kernels;
  memory: WebAssembly.Memory;
  base: number;
}
let builds: Build[] | undefined;

/** The builds that this engine accepts (fast needs relaxed SIMD), each with 16 MB. */
export function kernelBuilds(): Build[] {
  builds ??= [["strict", strict] as const, ["fast", fast] as const]
    .filter(([, bytes]) => WebAssembly.validate(bytes as BufferSource))
    .map(([name, bytes]) => {
      const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), { env: { memory } });
      return { name, kernels: instance.exports as unknown as Kernels, memory, base: 1024 };
    });
  return builds;
}
