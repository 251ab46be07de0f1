import { lookup } from "../check.js";
import { reads, step, writes } from "../kernels.js";
import { type LayerDefinition, type NodeContext, sizeOf } from "./layer.js";
import { type UpSampling2dConfig as NearestConfig, nearest2d } from "./shapes.js";
import { pairOf } from "./windows.js";

export interface UpSampling2dConfig extends NearestConfig {
  /** What is between pixels: the nearest one (default), or the mean of the four around by distance. */
  interpolation?: "nearest" | "bilinear";
}

const isBilinear = ({ interpolation }: UpSampling2dConfig) => interpolation === "bilinear";

/** Of each place among `extent` times `size`: the place at or before it, the next one, both inside, and the share of the latter. */
function shares(extent: number, size: number): Float32Array {
  const table = new Float32Array(3 * extent * size);
  const places = new Int32Array(table.buffer);
  for (let i = 0; i < extent * size; i++) {
    const at = Math.max(0, (i + 0.5) / size - 0.5);
    places[3 * i] = Math.floor(at);
    places[3 * i + 1] = Math.min(places[3 * i]! + 1, extent - 1);
    table[3 * i + 2] = at - places[3 * i]!;
  }
  return table;
}

const tablesOf = ({ constant, inpShape, outShape }: NodeContext) =>
  [reads(constant("down")), reads(constant("across")), outShape[0]!, outShape[1]!, inpShape[1]!, inpShape[2]!] as const;

/**
 * Each pixel as a block of `size` equal ones, or, bilinear, of means of the four pixels around by their distances from its middle,
 * those at the sides going on beyond them.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height * size, width * size, channels)
 * Errors   ShapeError unless examples are images; OptionError for a size < 1
 * Kernel   assembly/layers/move.ts, assembly/layers/bilinear.ts
 */
export const upSampling2d: LayerDefinition<UpSampling2dConfig> = {
  ...nearest2d,
  options: ["size", "interpolation"],
  check(config, who) {
    nearest2d.check!(config, who);
    lookup({ nearest: 1, bilinear: 1 }, config.interpolation ?? "nearest", `${who}.interpolation`);
  },
  constants(config, inp) {
    if (!isBilinear(config)) return nearest2d.constants!(config, inp);
    const [down, across] = pairOf(config.size ?? 2);
    return { down: shares(inp[0]!, down), across: shares(inp[1]!, across) };
  },
  forward(config, context) {
    if (!isBilinear(config)) return nearest2d.forward(config, context);
    const { batch, out, inp } = context;
    return [step("bilinear_forward", batch, writes(out), reads(inp), ...tablesOf(context), out.stride, inp.stride)];
  },
  backward(config, context) {
    if (!isBilinear(config)) return nearest2d.backward(config, context);
    const { batch, dout, dinp, inpShape } = context;
    if (!dinp) return [];
    const last = [sizeOf(inpShape), dout.stride, dinp.stride] as const;
    return [step("bilinear_backward", batch, writes(dinp), reads(dout), ...tablesOf(context), ...last)];
  },
};
