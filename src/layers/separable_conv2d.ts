import { integer } from "../check.js";
import { type Constraint, constraintSpec } from "../constraints/index.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { checkPenalty, type Penalty } from "../penalty.js";
import { conv2d } from "./conv2d.js";
import type { FilterConfig } from "./convolution.js";
import { type DepthwiseConv2dConfig, depthwiseConv2d } from "./depthwise_conv2d.js";
import { type LayerDefinition, type NodeContext, type ParameterSpec, type Shape, sizeOf } from "./layer.js";
import { checkWeighted, WEIGHTED } from "./weighted.js";
import { WINDOW, type WindowConfig } from "./windows.js";

const PARTS = ["depthwise", "pointwise"] as const;
type Part = (typeof PARTS)[number];
/** Options of the two kernels. */
type Kernels = {
  [P in Part as `${P}Initializer`]?: InitializerName | InitializerSpec;
} & { [P in Part as `${P}Regularizer`]?: Penalty } & { [P in Part as `${P}Constraint`]?: Constraint };

export interface SeparableConv2dConfig
  extends WindowConfig,
    Omit<FilterConfig, "kernelInitializer" | "kernelRegularizer" | "kernelConstraint">,
    Kernels {
  /** Channels between the two convolutions for each of the input; default 1. */
  depthMultiplier?: number;
}

/** The first convolution, which has neither bias nor activation. */
function depthwise(config: SeparableConv2dConfig): DepthwiseConv2dConfig {
  const { kernelSize, strides = 1, padding = "valid", dilation = 1, depthMultiplier = 1 } = config;
  return { kernelSize, strides, padding, dilation, depthMultiplier, useBias: false, ...kernelOf("depthwise", config) };
}

const pointwise = (config: SeparableConv2dConfig) => ({
  ...{ filters: config.filters, kernelSize: 1, useBias: config.useBias ?? true },
  ...{ biasInitializer: config.biasInitializer, biasRegularizer: config.biasRegularizer },
  ...{ biasConstraint: config.biasConstraint, ...kernelOf("pointwise", config) },
});

/** A part's options as those of its kernel. */
const kernelOf = (part: Part, config: SeparableConv2dConfig): object => ({
  kernelInitializer: config[`${part}Initializer`],
  kernelRegularizer: config[`${part}Regularizer`],
  kernelConstraint: config[`${part}Constraint`],
});

const fullName = (part: Part, name: string) => (name === "kernel" ? `${part}Kernel` : name);
/** A part's tensors under its own names. */
const within = (part: Part, context: Pick<NodeContext, "parameter" | "derived" | "split">) => ({
  parameter: (name: string) => context.parameter(fullName(part, name)),
  derived: context.derived,
  split: (name: string) => context.split(fullName(part, name)),
});
const partOf = (part: Part, context: NodeContext): NodeContext => ({
  ...context,
  ...within(part, context),
  gradient: (name) => context.gradient(fullName(part, name)),
});

const between = (config: SeparableConv2dConfig, inp: Shape, who = "separableConv2d") =>
  depthwiseConv2d.output(depthwise(config), inp, who);

/**
 * A convolution in two parts: of each channel by itself (depthwiseConv2d without bias), and of all channels of each pixel (conv2d
 * with windows of one pixel).
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height', width', filters); depthwiseKernel (kernelHeight, kernelWidth,
 *          channels, m), pointwiseKernel (1, 1, channels * m, filters), bias (filters)
 * Init     kernels Glorot uniform, bias zeros
 * Errors   ShapeError unless examples are images no smaller than a window; OptionError for extents < 1
 * Kernel   assembly/layers/depthwise.ts, assembly/layers/convolution.ts
 * Source   Chollet 2017 (Xception), section 1
 */
export const separableConv2d: LayerDefinition<SeparableConv2dConfig> = {
  options: [
    ...["filters", "depthMultiplier", ...WINDOW],
    ...PARTS.flatMap((part) => [`${part}Initializer`, `${part}Regularizer`, `${part}Constraint`]),
    ...WEIGHTED.filter((option) => !option.startsWith("kernel")),
  ],
  check(config, who) {
    integer(config.filters, `${who}.filters`, { min: 1, max: 65536 });
    for (const part of PARTS) {
      initializerSpec(config[`${part}Initializer`], "glorotUniform", `${who}.${part}Initializer`);
      checkPenalty(config[`${part}Regularizer`], `${who}.${part}Regularizer`);
      constraintSpec(config[`${part}Constraint`], 2, `${who}.${part}Constraint`);
    }
    depthwiseConv2d.check!(depthwise(config), who);
    checkWeighted(config, who);
  },
  output: (config, inp, who) => [...between(config, inp, who).slice(0, 2), config.filters],
  parameters(config, inp) {
    const named = (part: Part, parameters: readonly ParameterSpec[]) =>
      parameters.map((parameter) => ({ ...parameter, name: fullName(part, parameter.name) }));
    return [
      ...named("depthwise", depthwiseConv2d.parameters!(depthwise(config), inp)),
      ...named("pointwise", conv2d.parameters!(pointwise(config), between(config, inp))),
    ];
  },
  derived: (config, inp) => conv2d.derived!(pointwise(config), between(config, inp)),
  constants: (config, inp) => depthwiseConv2d.constants!(depthwise(config), inp),
  scratch(config, inp, batch, out) {
    const middle = between(config, inp);
    const width = sizeOf(middle);
    return {
      ...depthwiseConv2d.scratch!(depthwise(config), inp, batch, middle),
      ...conv2d.scratch!(pointwise(config), middle, batch, out),
      middle: { width },
      middleGradient: { width },
    };
  },
  forward(config, context) {
    const inpShape = between(config, context.inpShape);
    const middle = context.scratch("middle");
    return [
      ...depthwiseConv2d.forward(depthwise(config), {
        ...partOf("depthwise", context),
        out: middle,
        outShape: inpShape,
      }),
      ...conv2d.forward(pointwise(config), { ...partOf("pointwise", context), inp: middle, inpShape }),
    ];
  },
  backward(config, context) {
    const inpShape = between(config, context.inpShape);
    const [inp, dinp] = [context.scratch("middle"), context.scratch("middleGradient")];
    const below = { ...partOf("depthwise", context), out: inp, dout: dinp, outShape: inpShape };
    return [
      ...conv2d.backward(pointwise(config), { ...partOf("pointwise", context), inp, dinp, inpShape }),
      ...depthwiseConv2d.backward(depthwise(config), below),
    ];
  },
  refresh: (config, context, inp) =>
    conv2d.refresh!(pointwise(config), within("pointwise", context), between(config, inp)),
  multiplyAdds(config, inp, out) {
    const middle = between(config, inp);
    return (
      depthwiseConv2d.multiplyAdds!(depthwise(config), inp, middle) +
      conv2d.multiplyAdds!(pointwise(config), middle, out)
    );
  },
};
