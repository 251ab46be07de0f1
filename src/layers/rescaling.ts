import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";

export interface RescalingConfig {
  scale: number;
  /** Default 0. */
  offset?: number;
}

/**
 * `out = inp * scale + offset`.
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Errors   OptionError if a number is not finite
 * Kernel   assembly/layers/rescaling.ts
 */
export const rescaling: LayerDefinition<RescalingConfig> = {
  options: ["scale", "offset"],
  stepwise: true,
  check({ scale, offset }, who) {
    number(scale, `${who}.scale`);
    if (offset !== undefined) number(offset, `${who}.offset`);
  },
  output: (_, inp) => inp,
  forward: ({ scale, offset = 0 }, { batch, out, inp }) => [
    step("rescaling_forward", batch, writes(out), reads(inp), scale, offset, inp.stride),
  ],
  backward: ({ scale }, { batch, dinp, dout }) =>
    dinp ? [step("rescaling_backward", batch, writes(dinp), reads(dout), scale, dinp.stride)] : [],
};
