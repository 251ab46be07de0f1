import { stride, type Tensor } from "../arena.js";
import { lookup } from "../check.js";
import { OptionError } from "../errors.js";
import { reads, type Step, step, updates, writes } from "../kernels.js";
import { checkInner } from "./inner.js";
import type { LayerDefinition, NodeContext, Shape } from "./layer.js";
import * as recurrence from "./recurrence.js";
import * as sided from "./recurrence_steps.js";
import { cells, type GruConfig, gru, type LstmConfig, lstm, type SimpleRnnConfig, simpleRnn } from "./recurrent.js";

type RecurrentSpec =
  | ({ readonly type: "simpleRnn" } & SimpleRnnConfig)
  | ({ readonly type: "lstm" } & LstmConfig)
  | ({ readonly type: "gru" } & GruConfig);

export interface BidirectionalConfig {
  /** simpleRnn, lstm or gru; run once from the first step, and once, with weights of its own, from the last. */
  layer: RecurrentSpec;
  /** What becomes of both outputs of a step; default concat. */
  mergeMode?: "concat" | "sum" | "mul" | "ave";
}

const definitions = { simpleRnn, lstm, gru } as unknown as Record<string, LayerDefinition<object>>;
/** The scale of the sum of both outputs; 0 for their product. */
const scales = { concat: 1, sum: 1, mul: 0, ave: 0.5 } as const;
/** What a layer that goes both ways cannot be. */
const OWN = ["goBackwards", "returnState", "stateful"] as const;
const SIDES = ["forward", "backward"] as const;
type Side = (typeof SIDES)[number];

const cellOf = ({ layer }: BidirectionalConfig) => cells[layer.type] as recurrence.Cell<recurrence.RecurrentConfig>;
const sideOf = ({ layer }: BidirectionalConfig, side: Side) => ({ ...layer, goBackwards: side === "backward" });
/** Outputs of each direction, in steps. */
const lengthOf = ({ layer }: BidirectionalConfig, inp: Shape) => (layer.returnSequences ? inp[0]! : 1);

const keyed = <T>(make: (side: Side) => Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    SIDES.flatMap((side) => Object.entries(make(side)).map(([key, value]) => [`${side}.${key}`, value])),
  );

/** The floats of a tensor's rows from here on. */
export const behind = (tensor: Tensor, floats: number): Tensor => ({ ...tensor, pointer: tensor.pointer + 4 * floats });

/** Where a direction's outputs lie: in the output itself, or in halves of working memory that are merged. */
function placeOf(config: BidirectionalConfig, side: Side, inp: Shape): { first: number; outStep: number } {
  const { units, returnSequences } = config.layer;
  const steps = lengthOf(config, inp);
  const concat = (config.mergeMode ?? "concat") === "concat";
  const apart = concat ? 2 * units : units;
  const back = side === "backward";
  const start = back ? (concat ? units : stride(steps * units)) + (steps - 1) * apart : 0;
  return { first: start, outStep: returnSequences ? (back ? -apart : apart) : 0 };
}

/** Names of one direction. */
const within = (side: Side, context: Pick<NodeContext, "parameter" | "derived" | "split">) => ({
  parameter: (name: string) => context.parameter(`${side}.${name}`),
  derived: (name: string) => context.derived(`${side}.${name}`),
  split: (name: string) => context.split(`${side}.${name}`),
});
const sideContext = (side: Side, context: NodeContext): NodeContext => ({
  ...context,
  ...within(side, context),
  gradient: (name) => context.gradient(`${side}.${name}`),
  scratch: (name) => context.scratch(`${side}.${name}`),
});

/**
 * A recurrent layer from the first step to the last and another from the last to the first; each step's outputs side by side
 * (concat), or their sum, product or mean.
 *
 * Shapes   inp (B, steps, I) -> out (B, units) or (B, steps, units), with 2 units for concat; weights as the layer has them, of
 *          `forward` first, then of `backward`
 * Errors   OptionError for another layer than simpleRnn, lstm or gru, and for one that goes backwards itself or is stateful
 * Kernel   assembly/layers/recurrent.ts, assembly/layers/merge.ts
 * Source   Schuster & Paliwal 1997
 */
export const bidirectional: LayerDefinition<BidirectionalConfig> = {
  options: ["layer", "mergeMode"],
  check({ layer, mergeMode = "concat" }, who) {
    checkInner(definitions, layer, who);
    const odd = OWN.find((option) => layer[option]);
    if (odd) {
      const cure = "Call a layer each way.";
      throw new OptionError(`${who}.layer: expected a ${layer.type} without it, got ${odd}. ${cure}`);
    }
    lookup(scales, mergeMode, `${who}.mergeMode`);
  },
  output(config, inp, who) {
    const { layer, mergeMode = "concat" } = config;
    recurrence.checkSequence(inp, who);
    const width = mergeMode === "concat" ? 2 * layer.units : layer.units;
    return layer.returnSequences ? [inp[0]!, width] : [width];
  },
  wraps: ({ layer }) => layer,
  parameters: (config, inp) =>
    SIDES.flatMap((side) =>
      recurrence
        .parameters(cellOf(config), config.layer, inp)
        .map((parameter) => ({ ...parameter, name: `${side}.${parameter.name}` })),
    ),
  derived: (config, inp) => keyed(() => sided.derived(cellOf(config), config.layer, inp)),
  scratch(config, inp) {
    const halves = (width: number) => ({ width: 2 * stride(width) });
    return {
      ...keyed(() => sided.scratch(cellOf(config), config.layer, inp)),
      outputs: halves(lengthOf(config, inp) * config.layer.units),
      below: halves(inp[0]! * inp[1]!),
    };
  },
  forward(config, context) {
    const { batch, out, scratch, inpShape: shape } = context;
    const merged = (config.mergeMode ?? "concat") !== "concat";
    const target = merged ? scratch("outputs") : out;
    const steps = SIDES.flatMap((side) => {
      const place = placeOf(config, side, shape);
      const own = { ...sideContext(side, context), out: behind(target, place.first) };
      return sided.forward(cellOf(config), sideOf(config, side), own, place);
    });
    return merged ? [...steps, merge(config, batch, out, target)] : steps;
  },
  backward(config, context) {
    const { batch, dinp, dout, out, scratch, inpShape: shape } = context;
    const merged = (config.mergeMode ?? "concat") !== "concat";
    const halves = scratch("outputs");
    const source = merged ? halves : dout;
    const scale = scales[config.mergeMode ?? "concat"];
    const sizes = [scale, out.width, halves.stride, dout.stride] as const;
    const below = scratch("below");
    const steps = SIDES.flatMap((side, i) => {
      const place = placeOf(config, side, shape);
      const own = {
        ...sideContext(side, context),
        dout: behind(source, place.first),
        dinp: dinp && behind(below, i * stride(dinp.width)),
      };
      return sided.backward(cellOf(config), sideOf(config, side), own, place);
    });
    return [
      ...(merged ? [step("merge_halves_backward", batch, updates(halves), reads(dout), ...sizes)] : []),
      ...steps,
      ...(dinp ? [merge({ ...config, mergeMode: "sum" }, batch, dinp, below)] : []),
    ];
  },
  refresh: (config, context, inp) =>
    SIDES.flatMap((side) => sided.refresh(cellOf(config), config.layer, within(side, context), inp)),
  multiplyAdds: (config, inp) => 2 * sided.multiplyAdds(cellOf(config), config.layer, inp),
};

function merge(
  { mergeMode = "concat" }: BidirectionalConfig,
  batch: NodeContext["batch"],
  out: Tensor,
  from: Tensor,
): Step {
  return step("merge_halves", batch, writes(out), reads(from), scales[mergeMode], out.width, out.stride, from.stride);
}
