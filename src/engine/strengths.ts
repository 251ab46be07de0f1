// The strengths of penalties that follow a schedule, written where kernels read them.

import { COUNTERS } from "../plan/counters.js";
import { HYPER } from "../plan/layout.js";
import { strengthBytes } from "../plan/strengths.js";
import { rateAt } from "../schedules/index.js";
import type { RunMemory } from "./memory.js";

/** l1, l2 and rate * l1 of each parameter in the step to come, as floats from `word` on; nothing without a schedule. */
function write(run: RunMemory, word: number, rate: number): void {
  if (!strengthBytes(run.program)) return;
  const step = run.double(run.layout.counters)[COUNTERS.step]!;
  run.program.parameters.forEach(({ l1, l2 }, i) => {
    const strength = rateAt(l1, step);
    // The product as the kernel of a number's threshold takes it.
    run.floats.set([strength, rateAt(l2, step), Math.fround(rate) * Math.fround(strength)], word + 3 * i);
  });
}

/** For steps of a parity; by the lead alone. */
export const writeStepStrengths = (run: RunMemory, parity: 0 | 1, rate = 0): void =>
  write(run, run.hyperWord(parity, HYPER.bytes), rate);

/** For this worker's part of an evaluation; by every worker. */
export function writeOwnStrengths(run: RunMemory): void {
  const { pointer, each = 0 } = run.layout.strengths;
  write(run, (pointer + each * run.team.index) >> 2, 0);
}
