import { stride, type Tensor } from "../arena.js";
import { boolean, integer } from "../check.js";
import { ShapeError } from "../errors.js";
import { reads, type Step, step, withFlops, writes } from "../kernels.js";
import { behind } from "./bidirectional.js";
import { convolve, convolveBackwardBias, convolveBackwardKernel } from "./convolution.js";
import { type LayerDefinition, type NodeContext, type ParameterSpec, type Shape, showShape } from "./layer.js";
import { checkSequence } from "./recurrence.js";
import { checkWeighted, WEIGHTED, type WeightedConfig, weighted } from "./weighted.js";
import { fieldOf } from "./windows.js";

export interface AttentionConfig extends Omit<WeightedConfig, "activation"> {
  heads: number;
  /** Values of a query, a key and a value of each head; default channels / heads. */
  headSize?: number;
  /** A step looks at itself and those before it alone; default false. */
  causal?: boolean;
  /** Of the queries, keys, values and the output; default false. */
  useBias?: boolean;
}

/** What each step is made into for its heads. */
const PARTS = ["query", "key", "value"] as const;
const NAMES = [...PARTS, "output"] as const;
type Name = (typeof NAMES)[number];
/** A product reads so many floats behind a head's end. */
const REACH = 8;

function sizes({ heads, headSize }: AttentionConfig, [steps, channels]: Shape) {
  const size = headSize ?? channels! / heads;
  const width = heads * size;
  const pitch = stride(steps!);
  const shapes = { steps: steps!, channels: channels!, size, width, pitch };
  return { ...shapes, apart: stride(steps! * width), tiles: size * pitch + steps! * (pitch + stride(size)) };
}

/** Each step by itself, as a window of one pixel. */
const alone = (steps: number, channels: number) => fieldOf({ kernelSize: 1 }, [1, steps, channels], "attention");

/** The context in which a kernel or bias is this one. */
const named = (name: Name, context: NodeContext): NodeContext => ({
  ...context,
  gradient: (of) => context.gradient(fullName(name, of)),
  split: (of) => context.split(fullName(name, of)),
});
const fullName = (name: Name, of: string) => (of === "bias" ? `${name}Bias` : `${name}Kernel`);

/**
 * Self attention of several heads: `out = [softmax(q · kᵀ / sqrt(headSize)) · v of each head] · outputKernel`, where q, k and v are
 * `inp · queryKernel`, `inp · keyKernel` and `inp · valueKernel`, a head's `headSize` columns of each; with biases where `useBias` says so.
 * Keys of steps that a mask leaves out are not looked at; a query with no key at all gives zeros, before the output's bias.
 *
 * Shapes   inp (B, steps, channels) -> out (B, steps, channels); query, key and value kernel (channels, heads * headSize), output
 *          kernel (heads * headSize, channels), each followed by its bias, if any
 * Init     kernels Glorot uniform, biases zeros
 * Errors   ShapeError unless examples are sequences, and without headSize unless heads divide the channels; OptionError for heads or
 *          headSize < 1
 * Kernel   assembly/layers/attention.ts; assembly/layers/convolution.ts for the products with kernels
 * Source   Vaswani et al. 2017
 */
export const multiHeadAttention: LayerDefinition<AttentionConfig> = {
  options: ["heads", "headSize", "causal", ...WEIGHTED.filter((option) => option !== "activation")],
  check(config, who) {
    integer(config.heads, `${who}.heads`, { min: 1, max: 4096 });
    if (config.headSize !== undefined) integer(config.headSize, `${who}.headSize`, { min: 1, max: 65536 });
    if (config.causal !== undefined) boolean(config.causal, `${who}.causal`);
    checkWeighted(config, who);
  },
  output({ heads, headSize }, inp, who) {
    checkSequence(inp, who);
    if (headSize !== undefined || inp[1]! % heads === 0) return inp;
    const cure = "Say headSize, or take other heads.";
    throw new ShapeError(`${who}: expected channels that ${heads} heads can share, got ${showShape(inp)}. ${cure}`);
  },
  parameters(config, inp) {
    const { channels, width } = sizes(config, inp);
    return NAMES.flatMap((name): ParameterSpec[] => {
      const [rows, columns] = name === "output" ? [width, channels] : [channels, width];
      const made = weighted({ ...config, useBias: config.useBias ?? false }, [rows, columns], columns);
      return made.map((parameter) => ({ ...parameter, name: fullName(name, parameter.name) }));
    });
  },
  derived(config, inp) {
    const { channels, width } = sizes(config, inp);
    return {
      partsTransposed: stride(3 * width) * stride(channels),
      outputTransposed: stride(channels) * stride(width),
    };
  },
  scratch(config, inp) {
    const { steps, width, pitch, apart, tiles } = sizes(config, inp);
    return {
      parts: { width: 3 * apart + REACH },
      partsGradient: { width: 3 * apart },
      shares: { width: config.heads * steps * pitch },
      heads: { width: steps * width },
      headsGradient: { width: steps * width + REACH },
      tiles: { each: 4 * tiles },
    };
  },
  forward(config, context) {
    const { batch, inp, out, parameter, scratch, inpShape, mask } = context;
    const { steps, channels, size, width, apart, pitch } = sizes(config, inpShape);
    const [parts, shares, heads] = [scratch("parts"), scratch("shares"), scratch("heads")];
    const product = (name: Name, target: Tensor, from: Tensor, [rows, columns]: [number, number]) => {
      const bias = config.useBias ? reads(parameter(`${name}Bias`)) : 0;
      return convolve(alone(steps, rows), columns, batch, target, from, parameter(`${name}Kernel`), bias);
    };
    return [
      ...PARTS.map((name, i) => product(name, behind(parts, i * apart), inp, [channels, width])),
      withFlops(
        4 * batch.extent * steps * pitch * width,
        step(
          "attention_forward",
          batch,
          writes(heads),
          writes(shares),
          writes(scratch("tiles")),
          reads(parts),
          mask ? reads(mask) : 0,
          ...([steps, config.heads, size, config.causal ? 1 : 0, apart] as const),
          ...([heads.stride, shares.stride, parts.stride, mask?.stride ?? 0] as const),
        ),
      ),
      product("output", out, heads, [width, channels]),
    ];
  },
  backward(config, context) {
    const { batch, inp, dinp, dout, derived, scratch, inpShape } = context;
    const { steps, channels, size, width, apart, pitch } = sizes(config, inpShape);
    const [parts, shares, heads] = [scratch("parts"), scratch("shares"), scratch("heads")];
    const [dparts, dheads] = [scratch("partsGradient"), scratch("headsGradient")];
    const through = step(
      "attention_backward",
      batch,
      writes(dparts),
      writes(scratch("tiles")),
      reads(dheads),
      reads(shares),
      reads(parts),
      ...([steps, config.heads, size, config.causal ? 1 : 0, apart] as const),
      ...([dparts.stride, dheads.stride, shares.stride, parts.stride] as const),
    );
    const gradients = (name: Name, image: Tensor, by: Tensor, [rows, columns]: [number, number]): Step[] => [
      convolveBackwardKernel(alone(steps, rows), columns, named(name, context), image, by),
      ...(config.useBias ? [convolveBackwardBias(steps, columns, named(name, context), by)] : []),
    ];
    return [
      convolve(alone(steps, channels), width, batch, dheads, dout, derived("outputTransposed"), 0),
      withFlops(8 * batch.extent * steps * pitch * width, through),
      ...(dinp ? [below(batch, dinp, dparts, derived("partsTransposed"), sizes(config, inpShape))] : []),
      ...PARTS.flatMap((name, i) => gradients(name, inp, behind(dparts, i * apart), [channels, width])),
      ...gradients("output", heads, dout, [width, channels]),
    ];
  },
  refresh(config, { parameter, derived, split }, inp) {
    const { channels, width } = sizes(config, inp);
    const transpose = (name: Name, i: number) => {
      const kernel = `${name}Kernel`;
      const places = [channels, width, i * width, 3 * width] as const;
      return step(
        "attention_transpose",
        split(kernel),
        writes(derived("partsTransposed")),
        reads(parameter(kernel)),
        ...places,
      );
    };
    const output = [writes(derived("outputTransposed")), reads(parameter("outputKernel"))] as const;
    return [...PARTS.map(transpose), step("dense_transpose", split("outputKernel"), ...output, width, channels)];
  },
  multiplyAdds(config, inp) {
    const { steps, channels, width } = sizes(config, inp);
    return steps * width * (4 * channels + 2 * steps);
  },
};

/** The sum of three products, as a window of three segments: a step's gradients by query, key and value. */
function below(
  batch: NodeContext["batch"],
  dinp: Tensor,
  dparts: Tensor,
  weight: Tensor,
  { steps, channels, width, apart }: ReturnType<typeof sizes>,
): Step {
  return withFlops(
    6 * batch.extent * steps * channels * width,
    step(
      "convolve",
      batch,
      writes(dinp),
      reads(dparts),
      reads(weight),
      0,
      ...([1, steps, channels, 1, 3, width, 0, apart, 0, width, dinp.stride, dparts.stride] as const),
    ),
  );
}
