// Which build of the kernels a model uses.

import { features } from "../features.js";
import { kernelModule } from "../modules.js";
import type { Numerics } from "../spec.js";

/** Asks a worker whether the fast kernels compute what the strict ones do. */
type Compare = (strict: WebAssembly.Module, fast: WebAssembly.Module) => Promise<boolean>;

/** The verdict on the fast kernels, found out once in a process. */
let fastIsRight: Promise<boolean> | undefined;

/** Fast kernels where they are wanted, known to the engine and found to be right; else strict ones. */
export async function chooseNumerics(wanted: Numerics = "fast", compare: Compare): Promise<Numerics> {
  if (wanted === "strict" || !features().relaxedSimd) return "strict";
  const asked = fastIsRight;
  const verdict =
    asked ?? Promise.all([kernelModule("strict", false), kernelModule("fast", false)]).then((both) => compare(...both));
  fastIsRight = verdict;
  try {
    return (await verdict) ? "fast" : "strict";
  } catch (error) {
    if (fastIsRight === verdict) fastIsRight = undefined;
    // It was another model's worker that was asked: its failure is not this model's.
    if (asked) return chooseNumerics(wanted, compare);
    throw error;
  }
}
