// What recurrent layers have in common: their parameters, what they keep of each step, and the steps of a plan.
import { stride, type Tensor } from "../arena.js";
import { boolean, integer } from "../check.js";
import { type Constraint, constraintSpec } from "../constraints/index.js";
import { ShapeError } from "../errors.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { reads, type Step, step, updates, withFlops, writes } from "../kernels.js";
import { checkPenalty, type Penalty } from "../penalty.js";
import { type LayerDefinition, type NodeContext, type ParameterSpec, type Shape, showShape, USES } from "./layer.js";
import { checkWeighted, WEIGHTED, type WeightedConfig, weighted } from "./weighted.js";

export interface RecurrentConfig extends Omit<WeightedConfig, "activation"> {
  units: number;
  /** The output of every step, not of the last one alone; default false. */
  returnSequences?: boolean;
  /** From the last step to the first; outputs of all steps come in that order, and no mask goes on. Default false. */
  goBackwards?: boolean;
  /**
   * Row i of a batch begins with the states that row i of the batch before it ended with, into which no gradient goes back; default
   * false. Each epoch of a fit, each validation and each `evaluate` begins with zeros; `trainOnBatch` and `predict` go on from call to
   * call until `resetStates()`, each with states of its own, and `gradients` and `backward` begin where `trainOnBatch` ended. A batch
   * that is left out for its loss leaves the states alone; an undo brings none back, and no file or clone has them.
   */
  stateful?: boolean;
  /** Default orthogonal. */
  recurrentInitializer?: InitializerName | InitializerSpec;
  recurrentRegularizer?: Penalty;
  recurrentConstraint?: Constraint;
}

/** What tells one recurrent layer from another. */
export interface Cell<Config> {
  readonly options: readonly string[];
  check?(config: Config, who: string): void;
  /** The number of the cell in assembly/layers/recurrent.ts. */
  code(config: Config): number;
  /** Columns of the kernels for each unit. */
  readonly gates: number;
  /** Values of a unit that go from step to step. */
  readonly states: number;
  /** The product with the recurrent kernel has a bias of its own, and gradients of its own. */
  readonly after?: true;
  /** Bias of a new layer, where it is not the option alone. */
  bias?(config: Config): InitializerSpec | undefined;
}

/** Where the outputs of a direction lie in a row: floats from one step's to the next step's, or 0 for the last one alone. */
export type Place = { readonly outStep: number };

/** A vector behind a gate's end may reach so far. */
const REACH = 8;

const recurrentOf = ({ recurrentInitializer, recurrentRegularizer, recurrentConstraint }: RecurrentConfig) => ({
  kernelInitializer: recurrentInitializer ?? ("orthogonal" as const),
  ...(recurrentRegularizer ? { kernelRegularizer: recurrentRegularizer } : {}),
  ...(recurrentConstraint === undefined ? {} : { kernelConstraint: recurrentConstraint }),
});

/** The lengths of a row of each kind. */
function sizes<Config extends RecurrentConfig>(cell: Cell<Config>, { units }: Config, inp: Shape) {
  const [steps, channels] = inp as [number, number];
  const columns = cell.gates * units;
  return { steps, channels, columns, width: stride(columns), state: cell.states * stride(units) };
}

/** A tensor read from its last step to its first, or as it is: where it begins, and the distance of steps. */
function ordered(tensor: Tensor, steps: number, size: number, backwards: boolean | undefined) {
  return backwards ? { at: reads(tensor, 4 * (steps - 1) * size), apart: -size } : { at: reads(tensor), apart: size };
}

export function checkRecurrent<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, who: string): void {
  integer(config.units, `${who}.units`, { min: 1, max: 65536 });
  for (const name of ["returnSequences", "goBackwards", "stateful"] as const) {
    if (config[name] !== undefined) boolean(config[name], `${who}.${name}`);
  }
  checkWeighted(config, who);
  initializerSpec(config.recurrentInitializer, "orthogonal", `${who}.recurrentInitializer`);
  checkPenalty(config.recurrentRegularizer, `${who}.recurrentRegularizer`);
  constraintSpec(config.recurrentConstraint, 2, `${who}.recurrentConstraint`);
  cell.check?.(config, who);
}

/** [steps, channels], or the error for anything else. */
export function checkSequence(inp: Shape, who: string): void {
  if (inp.length === 2) return;
  const cure = "Put reshape() before it, or say returnSequences: true in a recurrent layer below.";
  throw new ShapeError(`${who}: expected sequences (B, steps, channels), got ${showShape(inp)}. ${cure}`);
}

export function parameters<Config extends RecurrentConfig>(
  cell: Cell<Config>,
  config: Config,
  inp: Shape,
): ParameterSpec[] {
  const { channels, columns } = sizes(cell, config, inp);
  const [kernel, bias] = weighted(config, [channels, columns], columns);
  const [recurrent] = weighted(recurrentOf(config), [config.units, columns], columns);
  const start = bias && { ...bias, initializer: cell.bias?.(config) ?? bias.initializer };
  return [
    kernel!,
    { ...recurrent!, name: "recurrentKernel" },
    ...(start ? [start] : []),
    ...(bias && cell.after ? [{ ...bias, name: "recurrentBias" }] : []),
  ];
}

export function derived<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, inp: Shape) {
  const { channels, width } = sizes(cell, config, inp);
  return { kernelTransposed: stride(channels) * width, recurrentTransposed: stride(config.units) * width };
}

export function scratch<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, inp: Shape) {
  const { steps, width, state } = sizes(cell, config, inp);
  return {
    states: { width: (steps + 1) * state },
    gates: { width: steps * width + REACH },
    products: { width: (cell.after ? steps : 1) * width + REACH },
    carry: { width: 3 * stride(config.units) },
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
  const { batch, inp, out, parameter, scratch, inpShape: shape, mask, use } = context;
  const { steps, channels, columns, width } = sizes(cell, config, shape);
  const { units, useBias = true, goBackwards } = config;
  const [states, gates, products] = [scratch("states"), scratch("gates"), scratch("products")];
  const from = ordered(inp, steps, channels, goBackwards);
  const counts = mask && ordered(mask, steps, 1, goBackwards);
  const first = config.stateful ? scratch(`carried.${use}`) : undefined;
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
        first && cell.states > 1 ? reads(first, 4 * stride(units)) : 0,
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
  const { batch, rows, inp, dinp, dout, derived, gradient, scratch, inpShape: shape, split, mask } = context;
  const { steps, channels, columns, width, state } = sizes(cell, config, shape);
  const { units, useBias = true, goBackwards } = config;
  const names = ["states", "gates", "products", "carry"] as const;
  const [states, gates, products, carry] = names.map(scratch) as [Tensor, Tensor, Tensor, Tensor];
  const from = ordered(inp, steps, channels, goBackwards);
  const counts = mask && ordered(mask, steps, 1, goBackwards);
  const sums = cell.after ? products : gates;
  const through = withFlops(
    2 * batch.extent * (steps - 1) * units * columns,
    step(
      "recurrent_backward",
      batch,
      updates(gates),
      cell.after ? updates(products) : 0,
      writes(carry),
      reads(dout),
      reads(states),
      reads(derived("recurrentTransposed")),
      // No gradient goes into what sequences begin with.
      ...([counts?.at ?? 0, 0, 0] as const),
      ...([cell.code(config), steps, units, outStep, counts?.apart ?? 0, dout.stride] as const),
      ...([states.stride, gates.stride, products.stride, mask?.stride ?? 0, carry.stride, 0] as const),
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
function carry<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, context: NodeContext): Step[] {
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

/** A layer of this cell. */
export function recurrent<Config extends RecurrentConfig>(cell: Cell<Config>): LayerDefinition<Config> {
  const place = ({ units, returnSequences }: Config): Place => ({ outStep: returnSequences ? units : 0 });
  return {
    options: [...RECURRENT, ...cell.options],
    check: (config, who) => checkRecurrent(cell, config, who),
    output({ units, returnSequences }, inp, who) {
      checkSequence(inp, who);
      return returnSequences ? [inp[0]!, units] : [units];
    },
    activates: true,
    // Outputs are in the other order then.
    mask: ({ goBackwards }) => (goBackwards ? "ends" : undefined),
    keeps: ["recurrentTransposed"],
    parameters: (config, inp) => parameters(cell, config, inp),
    derived: (config, inp) => derived(cell, config, inp),
    scratch: (config, inp) => scratch(cell, config, inp),
    forward: (config, context) => forward(cell, config, context, place(config)),
    backward: (config, context) => backward(cell, config, context, place(config)),
    carry: (config, context) => carry(cell, config, context),
    refresh: (config, context, inp) => refresh(cell, config, context, inp),
    multiplyAdds: (config, inp) => multiplyAdds(cell, config, inp),
  };
}

const RECURRENT = [
  ...["units", "returnSequences", "goBackwards", "stateful"],
  ...["recurrentInitializer", "recurrentRegularizer", "recurrentConstraint"],
  ...WEIGHTED.filter((option) => option !== "activation"),
];
