// The memory and the steps of a plan that recurrent layers have in common.
import { stride, type Tensor } from "../arena.js";
import { reads, type Step, step, updates, withFlops, writes } from "../kernels.js";
import { type NodeContext, type Shape, USES } from "./layer.js";
import type { Cell, RecurrentConfig } from "./recurrence.js";

/** Where the outputs of a direction lie in a row: floats from one step's to the next step's, or 0 for the last one alone. */
export type Place = { readonly outStep: number };

/** A vector behind a gate's end may reach so far. */
const REACH = 8;

/** The lengths of a row of each kind. */
export function sizes<Config extends RecurrentConfig>(cell: Cell<Config>, { units }: Config, inp: Shape) {
  const [steps, channels] = inp as [number, number];
  const columns = cell.gates * units;
  return { steps, channels, columns, width: stride(columns), state: cell.states * stride(units) };
}

/** A tensor read from its last step to its first, or as it is: where it begins, and the distance of steps. */
function ordered(tensor: Tensor, steps: number, size: number, backwards: boolean | undefined) {
  return backwards ? { at: reads(tensor, 4 * (steps - 1) * size), apart: -size } : { at: reads(tensor), apart: size };
}

export function derived<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, inp: Shape) {
  const { channels, width } = sizes(cell, config, inp);
  return { kernelTransposed: stride(channels) * width, recurrentTransposed: stride(config.units) * width };
}

/** 1 where the gradient by the last c comes in behind what is carried. */
const lastC = <Config extends RecurrentConfig>({ states }: Cell<Config>, { returnState }: Config) =>
  returnState && states > 1 ? 1 : 0;

export function scratch<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, inp: Shape) {
  const { steps, width, state } = sizes(cell, config, inp);
  return {
    states: { width: (steps + 1) * state },
    gates: { width: steps * width + REACH },
    products: { width: (cell.after ? steps : 1) * width + REACH },
    carry: { width: (3 + lastC(cell, config)) * stride(config.units) },
    ...Object.fromEntries((config.stateful ? USES : []).map((use) => [`carried.${use}`, { width: state }])),
  };
}

/** The product of every step with the kernel at once; then step by step what depends on the step before. */
export function forward<Config extends RecurrentConfig>(
  cell: Cell<Config>,
  config: Config,
  context: NodeContext,
  { outStep }: Place,
): Step[] {
  const { batch, inp, inps, out, parameter, scratch, inpShape: shape, mask, use } = context;
  const { steps, channels, columns, width } = sizes(cell, config, shape);
  const { units, useBias = true, goBackwards } = config;
  const [states, gates, products] = [scratch("states"), scratch("gates"), scratch("products")];
  const from = ordered(inp, steps, channels, goBackwards);
  const counts = mask && ordered(mask, steps, 1, goBackwards);
  const carried = config.stateful ? scratch(`carried.${use}`) : undefined;
  const [, h, c] = inps;
  const first = carried ?? h;
  const firstC = carried && cell.states > 1 ? reads(carried, 4 * stride(units)) : c ? reads(c) : 0;
  return [
    withFlops(
      2 * batch.extent * steps * channels * columns,
      step(
        "convolve",
        batch,
        writes(gates),
        from.at,
        reads(parameter("kernel")),
        useBias ? reads(parameter("bias")) : 0,
        ...([1, steps, width, 1, 1, channels, 0, 0, 0, from.apart, gates.stride, inp.stride] as const),
      ),
    ),
    withFlops(
      2 * batch.extent * steps * units * columns,
      step(
        "recurrent_forward",
        batch,
        writes(out),
        writes(states),
        updates(gates),
        writes(products),
        reads(parameter("recurrentKernel")),
        useBias && cell.after ? reads(parameter("recurrentBias")) : 0,
        counts?.at ?? 0,
        first ? reads(first) : 0,
        firstC,
        ...([cell.code(config), steps, units, outStep, counts?.apart ?? 0, out.stride] as const),
        ...([states.stride, gates.stride, products.stride, mask?.stride ?? 0, first?.stride ?? 0] as const),
      ),
    ),
  ];
}

/** The gradients by all sums, from the last step to the first; then those by input and parameters, all steps at once. */
export function backward<Config extends RecurrentConfig>(
  cell: Cell<Config>,
  config: Config,
  context: NodeContext,
  { outStep }: Place,
): Step[] {
  const { batch, rows, inp, dinp, dinps, dout, derived, gradient, scratch, inpShape: shape, split, mask } = context;
  const { steps, channels, columns, width, state } = sizes(cell, config, shape);
  const { units, useBias = true, goBackwards } = config;
  const names = ["states", "gates", "products", "carry"] as const;
  const [states, gates, products, carry] = names.map(scratch) as [Tensor, Tensor, Tensor, Tensor];
  const from = ordered(inp, steps, channels, goBackwards);
  const counts = mask && ordered(mask, steps, 1, goBackwards);
  const sums = cell.after ? products : gates;
  // No gradient goes into what a stateful layer begins with.
  const [, dh, dc] = dinps;
  const through = withFlops(
    2 * batch.extent * (steps - 1) * units * columns,
    step(
      "recurrent_backward",
      batch,
      updates(gates),
      cell.after ? updates(products) : 0,
      updates(carry),
      reads(dout),
      reads(states),
      reads(derived("recurrentTransposed")),
      ...([counts?.at ?? 0, dh ? writes(dh) : 0, dc ? writes(dc) : 0] as const),
      ...([cell.code(config), steps, units, outStep, counts?.apart ?? 0, dout.stride] as const),
      ...([states.stride, gates.stride, products.stride, mask?.stride ?? 0, carry.stride] as const),
      ...([(dh ?? dc)?.stride ?? 0, lastC(cell, config)] as const),
    ),
  );
  const below = (target: Tensor) => {
    const back = ordered(gates, steps, width, goBackwards);
    return withFlops(
      2 * batch.extent * steps * channels * columns,
      step(
        "convolve",
        batch,
        writes(target),
        back.at,
        reads(derived("kernelTransposed")),
        0,
        ...([1, steps, channels, 1, 1, columns, 0, 0, 0, back.apart, target.stride, gates.stride] as const),
      ),
    );
  };
  const kernel = (name: string, left: ReturnType<typeof ordered>, height: number, leftStride: number, by: Tensor) =>
    withFlops(
      2 * rows * steps * height * columns,
      step(
        "convolve_backward_kernel",
        split(name),
        writes(gradient(name)),
        left.at,
        reads(by),
        0,
        ...([rows, 1, steps, width, 1, 1, height, 0, 0, 0, left.apart, by.stride, leftStride] as const),
      ),
    );
  const bias = (name: string, by: Tensor) =>
    step("convolve_backward_bias", split(name), writes(gradient(name)), reads(by), rows, steps, width, by.stride);
  return [
    through,
    ...(dinp ? [below(dinp)] : []),
    kernel("kernel", from, channels, inp.stride, gates),
    kernel("recurrentKernel", { at: reads(states), apart: state }, units, states.stride, sums),
    ...(useBias ? [bias("bias", gates)] : []),
    ...(useBias && cell.after ? [bias("recurrentBias", products)] : []),
  ];
}

/** The last states of a batch's rows, for the next one to begin with. */
export function carry<Config extends RecurrentConfig>(
  cell: Cell<Config>,
  config: Config,
  context: NodeContext,
): Step[] {
  if (!config.stateful) return [];
  const { batch, scratch, use } = context;
  const { steps, state } = sizes(cell, config, context.inpShape);
  const [kept, states] = [scratch(`carried.${use}`), scratch("states")];
  const last = reads(states, 4 * steps * state);
  return [step("merge_blocks", batch, writes(kept), last, 1, state, 0, 0, kept.stride, states.stride)];
}

export function refresh<Config extends RecurrentConfig>(
  cell: Cell<Config>,
  config: Config,
  { parameter, derived, split }: Pick<NodeContext, "parameter" | "derived" | "split">,
  inp: Shape,
): Step[] {
  const { channels, columns } = sizes(cell, config, inp);
  const transpose = (to: string, from: string, rows: number) =>
    step("dense_transpose", split(from), writes(derived(to)), reads(parameter(from)), rows, columns);
  return [
    transpose("kernelTransposed", "kernel", channels),
    transpose("recurrentTransposed", "recurrentKernel", config.units),
  ];
}

export function multiplyAdds<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, inp: Shape): number {
  const { steps, channels, columns } = sizes(cell, config, inp);
  return steps * columns * (channels + config.units);
}
