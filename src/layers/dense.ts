import { stride } from "../arena.js";
import { integer } from "../check.js";
import { ShapeError } from "../errors.js";
import { reads, step, withFlops, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";
import { showShape, sizeOf } from "./layer.js";
import { sparseBackward, sparseForward, sparseScratch } from "./sparse.js";
import { checkWeighted, WEIGHTED, type WeightedConfig, weighted } from "./weighted.js";

export interface DenseConfig extends WeightedConfig {
  units: number;
}

/**
 * Fully connected layer: `out = activation(inp · kernel + bias)`.
 *
 * Shapes   inp (B, I) -> out (B, units); kernel (I, units), bias (units)
 * Init     kernel Glorot uniform, bias zeros
 * Errors   ShapeError unless an example is a vector; OptionError for units < 1
 * Kernel   assembly/layers/dense.ts, and assembly/layers/sparse.ts on data that is mostly zeros
 * Source   Glorot & Bengio 2010 (init)
 */
export const dense: LayerDefinition<DenseConfig> = {
  options: ["units", ...WEIGHTED],
  check(config, who) {
    integer(config.units, `${who}.units`, { min: 1, max: 16777216 });
    checkWeighted(config, who);
  },
  output({ units }, inp, who) {
    if (inp.length !== 1) {
      throw new ShapeError(
        `${who}: expected one vector per example, (B, I), got ${showShape(inp)}. Add flatten() before it.`,
      );
    }
    return [units];
  },
  parameters: (config, inp) => weighted(config, [sizeOf(inp), config.units], config.units),
  derived: ({ units }, inp) => ({ kernelTransposed: stride(sizeOf(inp)) * stride(units) }),
  scratch: (_, inp, batch, zeros) => (zeros ? sparseScratch(sizeOf(inp), batch) : {}),
  forward({ units, useBias = true }, context) {
    const { batch, inp, out, parameter, zeros } = context;
    const bias = useBias ? reads(parameter("bias")) : 0;
    if (zeros) return sparseForward(context, units, bias);
    return [
      withFlops(
        2 * batch.extent * inp.width * units,
        step(
          "dense_forward",
          batch,
          writes(out),
          reads(inp),
          reads(parameter("kernel")),
          bias,
          inp.width,
          units,
          out.stride,
          inp.stride,
        ),
      ),
    ];
  },
  backward({ units, useBias = true }, context) {
    const { batch, rows, inp, dinp, dout, gradient, split, derived, zeros } = context;
    const below = () =>
      withFlops(
        2 * rows * inp.width * units,
        step(
          "dense_backward_input",
          batch,
          writes(dinp!),
          reads(dout),
          reads(derived("kernelTransposed")),
          inp.width,
          units,
          dinp!.stride,
          dout.stride,
        ),
      );
    const kernel = () =>
      withFlops(
        2 * rows * inp.width * units,
        step(
          "dense_backward_kernel",
          split("kernel"),
          writes(gradient("kernel")),
          reads(inp),
          reads(dout),
          rows,
          inp.width,
          inp.stride,
          dout.stride,
        ),
      );
    const bias = () =>
      step("dense_backward_bias", split("bias"), writes(gradient("bias")), reads(dout), rows, dout.stride);
    return [
      ...(dinp ? [below()] : []),
      ...(zeros ? sparseBackward(context, units) : [kernel()]),
      ...(useBias ? [bias()] : []),
    ];
  },
  refresh: ({ units }, { parameter, derived, split }, inp) => [
    step(
      "dense_transpose",
      split("kernel"),
      writes(derived("kernelTransposed")),
      reads(parameter("kernel")),
      sizeOf(inp),
      units,
    ),
  ],
  multiplyAdds: ({ units }, inp) => sizeOf(inp) * units,
};
