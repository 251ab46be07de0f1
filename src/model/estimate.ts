// The plan's cost estimate: how many workers a batch is worth.

import { sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";

/** Multiply-adds a second that one core is taken to reach, seconds a barrier costs, and the gain below which one is better. */
const MULTIPLY_ADDS = 8e9;
const BARRIER_SECONDS = 6e-6;
const WORTHWHILE = 1.15;
const MOST = 8;

/** Multiply-adds of one example, forward. */
export const multiplyAdds = ({ nodes }: Program): number =>
  nodes.reduce((sum, { definition, config, inp }) => sum + (definition.multiplyAdds?.(config, inp) ?? 0), 0);

/** The team size for which a training step should take the least time. */
export function estimateWorkers(program: Program, batch: number): number {
  const values = program.nodes.reduce((sum, { out }) => sum + sizeOf(out), 0);
  const weights = program.parameters.reduce((sum, { floats }) => sum + floats, 0);
  const alone = (3 * batch * multiplyAdds(program) + 8 * batch * values + 4 * weights) / MULTIPLY_ADDS;
  const time = (n: number) => alone / n + (n > 1 ? 2 * BARRIER_SECONDS : 0);
  let best = 1;
  for (let n = 2; n <= MOST; n++) if (time(best) / time(n) > WORTHWHILE) best = n;
  return best;
}
