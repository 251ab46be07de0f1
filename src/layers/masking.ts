import { number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";
import { checkSequence } from "./recurrence.js";

export interface MaskingConfig {
  /** A step does not count where all its values are this; default 0. */
  maskValue?: number;
}

/**
 * Steps whose values all are `maskValue` do not count: recurrent layers above carry their state over them. `out` is `inp`, zero there.
 * The layers above see the mask as long as examples have as many steps, and so does a loss on them, which leaves these steps out; sums
 * and pools over steps take no notice of it.
 *
 * Shapes   inp (B, steps, channels) -> out (B, steps, channels)
 * Errors   ShapeError unless examples are sequences; OptionError for a maskValue that is no number
 * Kernel   assembly/layers/masking.ts
 */
export const masking: LayerDefinition<MaskingConfig> = {
  options: ["maskValue"],
  check({ maskValue = 0 }, who) {
    number(maskValue, `${who}.maskValue`);
  },
  output(_, inp, who) {
    checkSequence(inp, who);
    return inp;
  },
  mask: () => "writes",
  scratch: (_, [steps]) => ({ mask: { width: steps! } }),
  forward({ maskValue = 0 }, { batch, inp, out, scratch, inpShape: [steps, channels] }) {
    const mask = scratch("mask");
    const sizes = [steps!, channels!, inp.stride, mask.stride] as const;
    return [step("masking_forward", batch, writes(out), writes(mask), reads(inp), Math.fround(maskValue), ...sizes)];
  },
  backward(_, { batch, inp, dinp, dout, scratch, inpShape: [steps, channels] }) {
    const mask = scratch("mask");
    const sizes = [steps!, channels!, inp.stride, mask.stride] as const;
    return dinp ? [step("masking_backward", batch, writes(dinp), reads(dout), reads(mask), ...sizes)] : [];
  },
};
