// Moving averages of the weights: an option of every optimizer.

import { boolean, integer, number } from "../check.js";
import { OptionError } from "../errors.js";

/**
 * Averages `a = emaMomentum a + (1 - emaMomentum) w` of the weights behind each update, a = w behind the first one. A fit
 * validates with the averages and leaves them as the model's weights; the next one goes on from the weights it trained,
 * which are kept beside them. `trainOnBatch` and `applyGradients` leave the trained weights. Weights that are set, and those
 * that early stopping restores, become the averages and the trained weights both.
 *
 * Units    0 <= emaMomentum < 1; emaOverwriteFrequency in updates, whole, >= 1
 * Kernel   assembly/optimizers/average.ts
 * Source   Polyak & Juditsky 1992, in Keras' form
 */
export interface AverageConfig {
  /** Default false. */
  useEma?: boolean;
  /** Default 0.99; only with useEma. */
  emaMomentum?: number;
  /** After every so many updates the trained weights become the averages, too; never, unless given. Only with useEma. */
  emaOverwriteFrequency?: number;
}

export const AVERAGE: readonly string[] = ["useEma", "emaMomentum", "emaOverwriteFrequency"];
/** The slot of the averages, or of the trained weights while the model has the averages. */
export const AVERAGE_SLOT = "weightAverage";

const MOMENTUM = 0.99;

/** OptionError for values out of range, and for options without averages. */
export function checkAverage(config: AverageConfig, who: string): void {
  const { useEma, emaMomentum, emaOverwriteFrequency } = config;
  if (useEma !== undefined) boolean(useEma, `${who}.useEma`);
  if (emaMomentum !== undefined) number(emaMomentum, `${who}.emaMomentum`, { min: 0, below: 1 });
  if (emaOverwriteFrequency !== undefined) {
    integer(emaOverwriteFrequency, `${who}.emaOverwriteFrequency`, { min: 1 });
  }
  if (useEma) return;
  const [alone] = AVERAGE.slice(1).filter((name) => config[name as keyof AverageConfig] !== undefined);
  if (alone !== undefined) {
    throw new OptionError(`${who}.${alone}: expected useEma: true with it, got ${useEma ?? "none"}. Add it.`);
  }
}

/** What the average takes of the weights behind update t = 1, 2, ..., and 1 where it overwrites them. */
export function averageNumbers({ emaMomentum, emaOverwriteFrequency }: AverageConfig, t: number): [number, number] {
  const overwrites = emaOverwriteFrequency !== undefined && t % emaOverwriteFrequency === 0;
  return [t === 1 ? 1 : 1 - (emaMomentum ?? MOMENTUM), overwrites ? 1 : 0];
}
