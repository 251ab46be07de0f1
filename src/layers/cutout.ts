import { integer, number } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import { imageOf, placeScratch, placeStep } from "./augmentation.js";
import type { LayerDefinition } from "./layer.js";

export interface CutoutConfig {
  /** Pixels of the square's side. */
  size: number;
  /** What stands there instead; default 0. */
  fillValue?: number;
}

/**
 * `out = inp`, but `fillValue` in a square of each image around a pixel of its own, as far as it lies inside.
 *
 * Shapes   inp (B, height, width, channels) -> out the same
 * Train    in evaluate and predict out = inp. Places are a pure function of (seed, layer, step, row)
 * Errors   OptionError for a size below 1 or above the image's; ShapeError unless examples are images
 * Kernel   assembly/layers/cutout.ts
 * Source   DeVries & Taylor 2017; much like Zhong et al. 2017 (Keras' RandomErasing)
 */
export const cutout: LayerDefinition<CutoutConfig> = {
  options: ["size", "fillValue"],
  check({ size, fillValue = 0 }, who) {
    integer(size, `${who}.size`, { min: 1 });
    number(fillValue, `${who}.fillValue`, { min: -1e30, max: 1e30 });
  },
  output({ size }, inp, who) {
    const [height, width] = imageOf(inp, who);
    integer(size, `${who}.size`, { min: 1, max: Math.min(height, width) });
    return inp;
  },
  alias: () => "inference",
  scratch: placeScratch,
  forward({ size, fillValue = 0 }, context) {
    const { batch, out, inp, scratch } = context;
    const [height, width, channels] = imageOf(context.inpShape, "cutout");
    const before = -Math.floor(size / 2);
    return [
      placeStep(context, { top: before, tops: height, left: before, lefts: width }),
      step(
        "cutout_forward",
        batch,
        writes(out),
        reads(inp),
        reads(scratch("place")),
        size,
        fillValue,
        height,
        width,
        channels,
        inp.stride,
      ),
    ];
  },
  // Places are still those of the forward pass.
  backward({ size }, { batch, dinp, dout, scratch, inpShape }) {
    if (!dinp) return [];
    const [height, width, channels] = imageOf(inpShape, "cutout");
    return [
      step(
        "cutout_backward",
        batch,
        writes(dinp),
        reads(dout),
        reads(scratch("place")),
        size,
        height,
        width,
        channels,
        dinp.stride,
      ),
    ];
  },
};
