// What recurrent layers have in common: their parameters, what they keep of each step, and the steps of a plan.
import { boolean, integer } from "../check.js";
import { type Constraint, constraintSpec } from "../constraints/index.js";
import { ShapeError } from "../errors.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { checkPenalty, type Penalty } from "../penalty.js";
import { lastCell, lastOutput, lastStep } from "./last_states.js";
import { type LayerDefinition, type ParameterSpec, type Shape, showShape } from "./layer.js";
import * as steps from "./recurrence_steps.js";
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
  /** `apply` gives an array: the output, the last h, and of an lstm the last c; default false. */
  returnState?: boolean;
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

const recurrentOf = ({ recurrentInitializer, recurrentRegularizer, recurrentConstraint }: RecurrentConfig) => ({
  kernelInitializer: recurrentInitializer ?? ("orthogonal" as const),
  ...(recurrentRegularizer ? { kernelRegularizer: recurrentRegularizer } : {}),
  ...(recurrentConstraint === undefined ? {} : { kernelConstraint: recurrentConstraint }),
});

export function checkRecurrent<Config extends RecurrentConfig>(cell: Cell<Config>, config: Config, who: string): void {
  integer(config.units, `${who}.units`, { min: 1, max: 65536 });
  for (const name of FLAGS) {
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
  const { channels, columns } = steps.sizes(cell, config, inp);
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

/** A layer of this cell. */
export function recurrent<Config extends RecurrentConfig>(cell: Cell<Config>): LayerDefinition<Config> {
  const place = ({ units, returnSequences }: Config): steps.Place => ({ outStep: returnSequences ? units : 0 });
  return {
    options: [...RECURRENT, ...cell.options],
    check: (config, who) => checkRecurrent(cell, config, who),
    output({ units, returnSequences }, inp, who) {
      checkSequence(inp, who);
      return returnSequences ? [inp[0]!, units] : [units];
    },
    activates: true,
    begins: ({ units, stateful }) => (stateful ? [] : Array.from({ length: cell.states }, () => [units])),
    ends({ units, returnState, returnSequences }, [length]) {
      if (!returnState) return [];
      const last = ["lastH", returnSequences ? lastStep : lastOutput, {}] as const;
      return cell.states > 1
        ? [last, ["lastC", lastCell as LayerDefinition<object>, { steps: length!, units }]]
        : [last];
    },
    // Outputs are in the other order then.
    mask: ({ goBackwards }) => (goBackwards ? "ends" : undefined),
    parameters: (config, inp) => parameters(cell, config, inp),
    derived: (config, inp) => steps.derived(cell, config, inp),
    scratch: (config, inp) => steps.scratch(cell, config, inp),
    forward: (config, context) => steps.forward(cell, config, context, place(config)),
    backward: (config, context) => steps.backward(cell, config, context, place(config)),
    carry: (config, context) => steps.carry(cell, config, context),
    refresh: (config, context, inp) => steps.refresh(cell, config, context, inp),
    multiplyAdds: (config, inp) => steps.multiplyAdds(cell, config, inp),
  };
}

const FLAGS = ["returnSequences", "goBackwards", "stateful", "returnState"] as const;
const RECURRENT = [
  ...["units", ...FLAGS],
  ...["recurrentInitializer", "recurrentRegularizer", "recurrentConstraint"],
  ...WEIGHTED.filter((option) => option !== "activation"),
];
