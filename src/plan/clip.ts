// Limits of the gradients: the steps between backward and update.

import { reads, type Step, step, updates, writes } from "../kernels.js";
import type { CommonConfig } from "../optimizers/common.js";
import type { Layout, ParameterTensors } from "./layout.js";
import { trainedOnly } from "./update.js";
import { split } from "./walk.js";

/** True where an optimizer has a limit of the gradients. */
export const clips = ({ clipValue, clipNorm, globalClipNorm }: CommonConfig): boolean =>
  (clipValue ?? clipNorm ?? globalClipNorm) !== undefined;

/** Steps that bring the gradients within the limits of an optimizer, norms of the trained weights alone; none without. */
export function clipSteps({ parameters: all, norm }: Layout, config: CommonConfig): Step[] {
  const parameters = trainedOnly(all);
  const { clipValue, clipNorm, globalClipNorm } = config;
  if (clipValue !== undefined) {
    return parameters.map((one) =>
      step("clip_value", split(one), updates(one.gradient), clipValue, one.parameter.unit),
    );
  }
  const limit = clipNorm ?? globalClipNorm;
  if (limit === undefined) return [];
  const squares = parameters.map((one) =>
    step("square_sums", split(one), writes(one.squares!), reads(one.gradient), one.parameter.unit),
  );
  // Each worker adds up all squares by itself: the same sums in the same order.
  const add = (one: ParameterTensors, more: number) =>
    step("norm_add", { axis: "each", extent: 1 }, updates(norm), reads(one.squares!), one.parameter.units, more);
  const clip = (one: ParameterTensors) =>
    step("clip_norm", split(one), updates(one.gradient), reads(norm), limit, one.parameter.unit);
  if (clipNorm !== undefined) return [...squares, ...parameters.flatMap((one) => [add(one, 0), clip(one)])];
  return [...squares, ...parameters.map((one, i) => add(one, i > 0 ? 1 : 0)), ...parameters.map(clip)];
}
