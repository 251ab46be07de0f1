// Averages of the weights in plans: behind an update, and in the place of the weights.

import { reads, type Step, step, updates } from "../kernels.js";
import { AVERAGE_SLOT, type AverageConfig } from "../optimizers/average.js";
import { insertBarriers, type Phases } from "./barriers.js";
import { HYPER, type Layout } from "./layout.js";
import { trainedOnly } from "./update.js";
import { split } from "./walk.js";

/** Takes the new weights into their averages; none without. */
export function averageSteps({ parameters, hyper }: Layout, config: AverageConfig): Step[] {
  if (!config.useEma) return [];
  const access = config.emaOverwriteFrequency === undefined ? reads : updates;
  return trainedOnly(parameters).map((one) => {
    const average = updates(one.slots.get(AVERAGE_SLOT)!);
    const numbers = reads(hyper, HYPER.average);
    return step("average_weights", split(one), average, access(one.weight), numbers, one.parameter.unit);
  });
}

/** Exchanges weights and averages; frozen weights are neither averaged nor exchanged. */
export const swapPlan = ({ parameters }: Layout): Phases =>
  insertBarriers(
    trainedOnly(parameters).map((one) => {
      const average = updates(one.slots.get(AVERAGE_SLOT)!);
      return step("swap_values", split(one), updates(one.weight), average, one.parameter.unit);
    }),
  );
