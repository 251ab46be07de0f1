import { number, options, pick } from "../check.js";
import { type Access, reads, type Step, step, writes } from "../kernels.js";
import { type ActivityPenalty, checkActivity } from "./activity.js";
import { type LayerDefinition, type NodeContext, sizeOf } from "./layer.js";

export interface ActivationConfig {
  activation: string | { type: string; alpha?: number };
  /** A penalty on the output: `(l1 * sum|out| + l2 * sum(out^2)) / batch`. */
  activityRegularizer?: ActivityPenalty;
}

interface Activation {
  forward(context: NodeContext, alpha: number): Step;
  backward(context: NodeContext, alpha: number, dinp: Access, dout: Access): Step;
  /** The default slope or scale, where the formula has one. */
  alpha?: number;
  /**
   * May lie over what it reads, where alpha is from 0 to 1: backward, the output tells the same as the input, and where it is not finite,
   * neither was that. No loss is fused with it.
   */
  over?: true;
}

type Plain = "relu" | "selu" | "gelu" | "silu" | "softplus" | "hard_swish" | "tanh" | "sigmoid";
const plain = (kernel: Plain): Activation => ({
  forward: ({ batch, out, inp }) => step(`${kernel}_forward`, batch, writes(out), reads(inp), inp.stride),
  backward: ({ batch, out, inp }, _, dinp, dout) =>
    step(`${kernel}_backward`, batch, dinp, dout, reads(inp), reads(out), inp.stride),
});

const scaled = (kernel: "leaky_relu" | "elu", alpha: number): Activation => ({
  alpha,
  forward: ({ batch, out, inp }, a) => step(`${kernel}_forward`, batch, writes(out), reads(inp), a, inp.stride),
  backward: ({ batch, out, inp }, a, dinp, dout) =>
    step(`${kernel}_backward`, batch, dinp, dout, reads(inp), reads(out), a, inp.stride),
});

const rowwise = (kernel: "softmax" | "log_softmax"): Activation => {
  const sizes = ({ inpShape, inp }: NodeContext) => {
    const width = inpShape.at(-1)!;
    return [sizeOf(inpShape) / width, width, inp.stride] as const;
  };
  return {
    forward: (context) =>
      step(`${kernel}_forward`, context.batch, writes(context.out), reads(context.inp), ...sizes(context)),
    backward: (context, _, dinp, dout) =>
      step(`${kernel}_backward`, context.batch, dinp, dout, reads(context.out), ...sizes(context)),
  };
};

/** Every activation by its public name. `linear` adds no step. */
export const activations: Readonly<Record<string, Activation | null>> = {
  linear: null,
  relu: { ...plain("relu"), over: true },
  leakyRelu: { ...scaled("leaky_relu", 0.01), over: true },
  elu: scaled("elu", 1),
  selu: plain("selu"),
  gelu: plain("gelu"),
  silu: plain("silu"),
  softplus: plain("softplus"),
  hardSwish: plain("hard_swish"),
  tanh: { ...plain("tanh"), over: true },
  sigmoid: plain("sigmoid"),
  softmax: rowwise("softmax"),
  logSoftmax: rowwise("log_softmax"),
};

/** The table's name of an activation given as a string or as JSON; unknown names and stray options throw. */
export function activationName(value: ActivationConfig["activation"] | undefined, who: string): string {
  if (value === undefined) return "linear";
  const row = pick(activations, value, "type", `${who}.activation`);
  if (typeof value === "string") return value;
  options(value, `${who}.activation`, row?.alpha === undefined ? ["type"] : ["type", "alpha"]);
  if (value.alpha !== undefined) number(value.alpha, `${who}.activation.alpha`);
  return value.type;
}

const rowOf = ({ activation }: ActivationConfig): [Activation | null, number] => {
  const row = activations[activationName(activation, "activation")] ?? null;
  return [row, (typeof activation === "object" ? activation.alpha : undefined) ?? row?.alpha ?? 0];
};

/**
 * `out = f(inp)` for a named f: elementwise, or along the last axis (softmax, logSoftmax).
 *
 * Shapes   inp (B, ...) -> out (B, ...)
 * Errors   OptionError for an unknown name
 * Kernel   assembly/layers/activation.ts, assembly/layers/softmax.ts
 * Source   PyTorch's formulas: gelu exact (erf), leakyRelu slope 0.01, elu alpha 1, hardSwish x * relu6(x + 3) / 6
 */
export const activation: LayerDefinition<ActivationConfig> = {
  options: ["activation", "activityRegularizer"],
  stepwise: true,
  check({ activation, activityRegularizer }, who) {
    pick(activations, activation, "type", `${who}.activation`);
    checkActivity(activityRegularizer, `${who}.activityRegularizer`);
  },
  output: (_, inp) => inp,
  alias(config) {
    const [row, alpha] = rowOf(config);
    return row ? (row.over && alpha >= 0 && alpha <= 1 ? "over" : "never") : "always";
  },
  forward(config, context) {
    const [row, alpha] = rowOf(config);
    return row ? [row.forward(context, alpha)] : [];
  },
  backward(config, context) {
    const [row, alpha] = rowOf(config);
    const { dinp, dout } = context;
    return row && dinp ? [row.backward(context, alpha, writes(dinp), reads(dout))] : [];
  },
};
