import { stride } from "../arena.js";
import { boolean, integer } from "../check.js";
import { type Constraint, constraintSpec } from "../constraints/index.js";
import { ShapeError } from "../errors.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { reads, step, withFlops, writes } from "../kernels.js";
import { checkPenalty, type Penalty } from "../penalty.js";
import { type ActivityPenalty, checkActivity } from "./activity.js";
import type { LayerDefinition } from "./layer.js";
import { showShape, sizeOf } from "./layer.js";
import { sparseBackward, sparseForward, sparseScratch } from "./sparse.js";

export interface DenseConfig {
  units: number;
  /** A name of the activation table, or its JSON; default linear. */
  activation?: string | { type: string; alpha?: number };
  /** Default true. */
  useBias?: boolean;
  /** A name of the initializer table, or its JSON; default glorotUniform. */
  kernelInitializer?: InitializerName | InitializerSpec;
  /** Default zeros. */
  biasInitializer?: InitializerName | InitializerSpec;
  kernelRegularizer?: Penalty;
  biasRegularizer?: Penalty;
  /** A penalty on the output, behind the activation: `(l1 * sum|out| + l2 * sum(out^2)) / batch`. */
  activityRegularizer?: ActivityPenalty;
  /** Holds after each update: nonNegative, unitNorm, or { type: "maxNorm", maximum }. */
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
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
  options: [
    "units",
    "activation",
    "useBias",
    "kernelInitializer",
    "biasInitializer",
    "kernelRegularizer",
    "biasRegularizer",
    "activityRegularizer",
    "kernelConstraint",
    "biasConstraint",
  ],
  check(config, who) {
    integer(config.units, `${who}.units`, { min: 1, max: 16777216 });
    if (config.useBias !== undefined) boolean(config.useBias, `${who}.useBias`);
    initializerSpec(config.kernelInitializer, "glorotUniform", `${who}.kernelInitializer`);
    initializerSpec(config.biasInitializer, "zeros", `${who}.biasInitializer`);
    checkPenalty(config.kernelRegularizer, `${who}.kernelRegularizer`);
    checkPenalty(config.biasRegularizer, `${who}.biasRegularizer`);
    checkActivity(config.activityRegularizer, `${who}.activityRegularizer`);
    constraintSpec(config.kernelConstraint, 2, `${who}.kernelConstraint`);
    constraintSpec(config.biasConstraint, 1, `${who}.biasConstraint`);
  },
  output({ units }, inp, who) {
    if (inp.length !== 1) {
      throw new ShapeError(
        `${who}: expected one vector per example, (B, I), got ${showShape(inp)}. Add flatten() before it.`,
      );
    }
    return [units];
  },
  parameters: ({ units, useBias = true, ...config }, inp) => [
    {
      name: "kernel",
      shape: [sizeOf(inp), units],
      layout: "panels",
      initializer: initializerSpec(config.kernelInitializer, "glorotUniform", "dense"),
      regularizer: config.kernelRegularizer,
      constraint: constraintSpec(config.kernelConstraint, 2, "dense"),
    },
    ...(useBias
      ? [
          {
            name: "bias",
            shape: [units],
            layout: "flat" as const,
            initializer: initializerSpec(config.biasInitializer, "zeros", "dense"),
            regularizer: config.biasRegularizer,
            constraint: constraintSpec(config.biasConstraint, 1, "dense"),
          },
        ]
      : []),
  ],
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
