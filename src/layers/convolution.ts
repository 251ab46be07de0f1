// What convolutions have in common: the steps on windows of an image, and the definition made of them.
import { stride, type Tensor } from "../arena.js";
import { integer } from "../check.js";
import { type Access, reads, type Step, step, withFlops, writes } from "../kernels.js";
import { convolveZeros, isListed, listBytes } from "./convolution_zeros.js";
import type { LayerDefinition, NodeContext, Shape } from "./layer.js";
import { checkWeighted, WEIGHTED, type WeightedConfig, weighted } from "./weighted.js";
import { adjoint, type Field, isBare, multiplyAdds, paddedSize, windowsOf } from "./windows.js";

/** `image` = `from` with zeros around it, where the field has any. */
export function pad(field: Field, batch: NodeContext["batch"], image: Tensor, from: Tensor): Step[] {
  if (isBare(field)) return [];
  const { down, across, channels } = field;
  const sizes = [down.extent, across.extent, channels, down.padded, across.padded, down.before, across.before] as const;
  return [step("image_pad", batch, writes(image), reads(from), ...sizes, 1, 1, image.stride, from.stride)];
}

/** `from` (B, field.out, units) with its pixels as far apart as the windows were, in `to`, an image of the adjoint field. */
export function spread(field: Field, units: number, batch: NodeContext["batch"], to: Tensor, from: Tensor): Step {
  const { down, across } = adjoint(field, units);
  const image = [field.down.out, field.across.out, units] as const;
  const places = [
    down.padded,
    across.padded,
    down.before,
    across.before,
    field.down.stride,
    field.across.stride,
  ] as const;
  return step("image_pad", batch, writes(to), reads(from), ...image, ...places, to.stride, from.stride);
}

/** The kernel turned and transposed, for the adjoint. */
export function flip(
  { down, across, channels }: Field,
  units: number,
  { parameter, derived, split }: Pick<NodeContext, "parameter" | "derived" | "split">,
): Step {
  const sizes = [down.kernel * across.kernel, channels, units] as const;
  return step("convolve_flip", split("kernel"), writes(derived("kernelFlipped")), reads(parameter("kernel")), ...sizes);
}

/** `out = bias + window · weight`, for each window of `image`. */
export function convolve(
  field: Field,
  units: number,
  batch: NodeContext["batch"],
  out: Tensor,
  image: Tensor,
  weight: Tensor,
  bias: Access | 0,
): Step {
  const flops = 2 * batch.extent * multiplyAdds(field, units);
  return withFlops(
    flops,
    step(
      "convolve",
      batch,
      writes(out),
      reads(image),
      reads(weight),
      bias,
      ...windowsOf(field, units),
      out.stride,
      image.stride,
    ),
  );
}

/** The gradient of a kernel by the gradient at each window of `image`; with `lists` for one that may be mostly zeros. */
export function convolveBackwardKernel(
  field: Field,
  units: number,
  { rows: images, gradient, split }: NodeContext,
  image: Tensor,
  dout: Tensor,
  lists: Access | 0 = 0,
): Step {
  return withFlops(
    2 * images * multiplyAdds(field, units),
    step(
      "convolve_backward_kernel",
      split("kernel"),
      writes(gradient("kernel")),
      reads(image),
      reads(dout),
      lists,
      images,
      ...windowsOf(field, units),
      dout.stride,
      image.stride,
    ),
  );
}

/** The gradient of a bias: the sum over images and pixels. */
export const convolveBackwardBias = (pixels: number, units: number, context: NodeContext, dout: Tensor): Step =>
  step(
    "convolve_backward_bias",
    context.split("bias"),
    writes(context.gradient("bias")),
    reads(dout),
    context.rows,
    pixels,
    units,
    dout.stride,
  );

export interface FilterConfig extends WeightedConfig {
  /** Channels of the output. */
  filters: number;
}

/** What tells one convolution from another: its options, and how examples are images to it. */
export interface Convolution<Config> {
  readonly options: readonly string[];
  check(config: Config, who: string): void;
  field(config: Config, inp: Shape, who: string): Field;
  /** Shapes without what the layer's examples have not: from (1, width, channels) of an image to (width, channels). */
  shape(image: Shape): Shape;
}

/** A layer `out = bias + window · kernel`. */
export function convolution<Config extends FilterConfig>(kind: Convolution<Config>): LayerDefinition<Config> {
  const fieldOf = (config: Config, inp: Shape) => kind.field(config, inp, "convolution");
  return {
    options: ["filters", ...kind.options, ...WEIGHTED],
    check(config, who) {
      integer(config.filters, `${who}.filters`, { min: 1, max: 65536 });
      kind.check(config, who);
      checkWeighted(config, who);
    },
    output(config, inp, who) {
      const { down, across } = kind.field(config, inp, who);
      return kind.shape([down.out, across.out, config.filters]);
    },
    parameters(config, inp) {
      const { down, across, channels } = fieldOf(config, inp);
      const { filters } = config;
      return weighted(config, kind.shape([down.kernel, across.kernel, channels, filters]), filters);
    },
    derived(config, inp) {
      const { down, across, channels } = fieldOf(config, inp);
      return { kernelFlipped: stride(down.kernel * across.kernel * config.filters) * stride(channels) };
    },
    scratch(config, inp) {
      const field = fieldOf(config, inp);
      return {
        ...(isBare(field) ? {} : { padded: { width: paddedSize(field) } }),
        spread: { width: paddedSize(adjoint(field, config.filters)) },
        lists: { each: listBytes(field, config.filters), passing: true },
      };
    },
    forward(config, context) {
      const { batch, inp, out, parameter, scratch, inpShape } = context;
      const field = fieldOf(config, inpShape);
      const image = isBare(field) ? inp : scratch("padded");
      const bias = config.useBias === false ? 0 : reads(parameter("bias"));
      const kernel = parameter("kernel");
      return isListed(field)
        ? [
            convolveZeros(field, config.filters, context, out, inp, image, kernel, {
              bias,
              keeps: context.use === "training",
            }),
          ]
        : [...pad(field, batch, image, inp), convolve(field, config.filters, batch, out, image, kernel, bias)];
    },
    backward(config, context) {
      const { batch, inp, dinp, dout, derived, scratch, inpShape } = context;
      const { filters, useBias = true } = config;
      const field = fieldOf(config, inpShape);
      const image = isBare(field) ? inp : scratch("padded");
      const below = (target: Tensor) => {
        const [turned, spreaded, kernel] = [adjoint(field, filters), scratch("spread"), derived("kernelFlipped")];
        return isListed(field)
          ? [convolveZeros(turned, field.channels, context, target, dout, spreaded, kernel, { bias: 0, keeps: false })]
          : [
              spread(field, filters, batch, spreaded, dout),
              convolve(turned, field.channels, batch, target, spreaded, kernel, 0),
            ];
      };
      return [
        ...(dinp ? below(dinp) : []),
        convolveBackwardKernel(field, filters, context, image, dout, writes(scratch("lists"))),
        ...(useBias ? [convolveBackwardBias(field.down.out * field.across.out, filters, context, dout)] : []),
      ];
    },
    refresh(config, context, inp) {
      return [flip(fieldOf(config, inp), config.filters, context)];
    },
    multiplyAdds: (config, inp) => multiplyAdds(fieldOf(config, inp), config.filters),
  };
}
