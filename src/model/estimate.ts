// The plan's cost estimate: how many workers a batch is worth.

import { multiplyAdds, sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";

/** Multiply-adds a second that one core is taken to reach, seconds a barrier costs, and the gain below which one is better. */
const MULTIPLY_ADDS = 2e10;
const BARRIER_SECONDS = 8e-6;
const WORTHWHILE = 1.15;
/** Fewer workers are taken where they are nearly as fast. */
const NEARLY = 1.03;
const MOST = 8;

/** The team size for which a training step should take the least time. */
export function estimateWorkers(program: Program, batch: number): number {
  const values = program.nodes.reduce((sum, { out }) => sum + sizeOf(out), 0);
  const weights = program.parameters.reduce((sum, { floats }) => sum + floats, 0);
  const alone = (3 * batch * multiplyAdds(program.nodes) + 8 * batch * values + 4 * weights) / MULTIPLY_ADDS;
  // Each further member makes the barriers of a step wait for one more.
  const times = Array.from({ length: MOST }, (_, i) => alone / (i + 1) + (i > 0 ? (i + 1) * BARRIER_SECONDS : 0));
  const fastest = Math.min(...times);
  const fewest = times.findIndex((time) => time <= fastest * NEARLY) + 1;
  return times[0]! > times[fewest - 1]! * WORTHWHILE ? fewest : 1;
}
