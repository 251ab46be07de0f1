// Functions that give learning-rate schedules as plain JSON. Each checks what it was given at once.

import { options } from "../check.js";
import { type InverseTimeDecay, type ScheduleSpec, schedules } from "../schedules/index.js";

/** A learning rate of `initial / (1 + decay * step)`. */
export function inverseTimeDecay(config: InverseTimeDecay): ScheduleSpec {
  options(config, "inverseTimeDecay", schedules.inverseTimeDecay.options);
  const spec: ScheduleSpec = { ...config, type: "inverseTimeDecay" };
  schedules.inverseTimeDecay.check(spec, "inverseTimeDecay");
  return spec;
}
