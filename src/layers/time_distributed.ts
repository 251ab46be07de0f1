import type { Tensor } from "../arena.js";
import { show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { reads, type Step, step, writes } from "../kernels.js";
import { checkInner } from "./inner.js";
import {
  type LayerDefinition,
  type LayerJson,
  type NodeContext,
  type Scratch,
  type Shape,
  showShape,
  sizeOf,
} from "./layer.js";

export interface TimeDistributedConfig {
  /** The layer; its activation and its penalty on values go behind all steps. */
  layer: LayerJson;
}
type Definition = LayerDefinition<TimeDistributedConfig>;

/** Working memory: the steps of all examples, a row for each, and the gradients by them. */
const [INP, OUT, DINP, DOUT] = ["inp", "out", "dinp", "dout"] as const;

/** The name of the layer's own working memory. */
const inside = (name: string) => `layer.${name}`;

const stepOf = (shape: Shape): Shape => shape.slice(1);
const copy = (
  kernel: "split_steps" | "join_steps",
  { batch, inpShape: [steps] }: NodeContext,
  to: Tensor,
  from: Tensor,
): Step =>
  kernel === "split_steps"
    ? step(kernel, batch, writes(to), reads(from), steps!, to.width, to.stride, from.stride)
    : step(kernel, batch, writes(to), reads(from), 0, steps!, from.width, to.stride, from.stride);

/**
 * A layer on each step of an example by itself, with the same weights: `out[t] = layer(inp[t])`. What a batch is measured by
 * (batchNormalization) is over all steps of its examples; random numbers are other ones for each step. A mask of the steps stays
 * for the layers above.
 *
 * Shapes   inp (B, steps, ...) -> out (B, steps, ...), behind steps what the layer makes of an example; weights as the layer has them
 * Errors   ShapeError for examples of one axis, and what the layer says of a step; OptionError for layers of several inputs, with
 *          states or masks of their own
 * Kernel   assembly/losses/steps.ts, and the layer's
 */
export function timeDistributed(table: () => Readonly<Record<string, LayerDefinition<object>>>): Definition {
  const read = ({ layer: { type, ...config } }: TimeDistributedConfig) => [table()[type]!, config as object] as const;

  /** What the layer sees: a batch of as many rows as all examples have steps. */
  const within = (context: NodeContext): NodeContext => {
    const { batch, rows, scratch, inpShape, outShape } = context;
    const [steps] = inpShape as [number];
    const [inp, dinp] = [scratch(INP), context.dinp && scratch(DINP)];
    return {
      ...context,
      ...{ batch: { ...batch, times: steps * (batch.times ?? 1) }, rows: rows * steps },
      ...{ inp, dinp, inps: [inp], dinps: [dinp], inpShape: stepOf(inpShape) },
      scratch: (name) => scratch(inside(name)),
      ...{ out: scratch(OUT), dout: scratch(DOUT), outShape: stepOf(outShape), mask: undefined },
    };
  };

  /** What the layer itself says of a step. */
  const ask = <K extends keyof Definition>(key: K) =>
    ((config: TimeDistributedConfig, ...given: unknown[]) => {
      const [definition, own] = read(config);
      const method = definition[key] as ((...given: unknown[]) => unknown) | undefined;
      return method?.(own, ...given.map((value) => (Array.isArray(value) ? stepOf(value) : value)));
    }) as unknown as Required<Definition>[K];

  return {
    options: ["layer"],
    check({ layer }, who) {
      const [definition, config] = checkInner(table(), layer, who);
      const { stateful, returnState } = config;
      const { merges, mask, stepwise, wraps } = definition;
      if (merges || (stepwise && !wraps) || stateful || returnState || mask?.(config) === "writes") {
        const expected = "expected a layer that needs it, of one input, without mask and states";
        throw new OptionError(`${who}.layer: ${expected}, got ${show(layer)}.`);
      }
    },
    wraps: ({ layer }) => layer,
    output(config, inp, who) {
      const [{ output }, own] = read(config);
      if (inp.length > 1) return [inp[0]!, ...output(own, stepOf(inp), `${who}, a step`)];
      throw new ShapeError(
        `${who}: expected sequences (B, steps, ...), got ${showShape(inp)}. Put reshape() before it.`,
      );
    },
    stepwise: true,
    indices: ask("indices"),
    alias: ask("alias"),
    parameters: ask("parameters"),
    derived: ask("derived"),
    constants: ask("constants"),
    refresh: ask("refresh"),
    scratch(config, inp, batch, out) {
      const [{ alias, scratch }, own] = read(config);
      if (alias?.(own) === "always") return {};
      const steps = inp[0]!;
      const times = (size: Scratch) => ("width" in size ? { ...size, times: steps * (size.times ?? 1) } : size);
      const theirs = Object.entries(scratch?.(own, stepOf(inp), batch * steps, stepOf(out)) ?? {});
      const [example, result] = [
        { width: sizeOf(stepOf(inp)), times: steps },
        { width: sizeOf(stepOf(out)), times: steps },
      ];
      return {
        ...{ [INP]: example, [DINP]: example, [OUT]: result, [DOUT]: result },
        ...Object.fromEntries(theirs.map(([name, size]) => [inside(name), times(size)])),
      };
    },
    forward(config, context) {
      const [definition, own] = read(config);
      const each = within(context);
      return [
        copy("split_steps", context, each.inp, context.inp),
        ...definition.forward(own, each),
        copy("join_steps", context, context.out, each.out),
      ];
    },
    backward(config, context) {
      const [definition, own] = read(config);
      const each = within(context);
      return [
        copy("split_steps", context, each.dout, context.dout),
        ...definition.backward(own, each),
        ...(each.dinp ? [copy("join_steps", context, context.dinp!, each.dinp)] : []),
      ];
    },
    measure(config, context) {
      const [{ measure }, own] = read(config);
      return measure?.(own, within(context)) ?? [];
    },
    multiplyAdds: (config, inp, out) => inp[0]! * (ask("multiplyAdds")(config, inp, out) ?? 0),
  };
}
