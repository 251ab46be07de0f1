// What makes the direction of an update of its gradients before the optimizer has them: limits, and the pairs of L-BFGS.

import type { Arena, Tensor } from "../arena.js";
import { type Access, reads, type Step, step, updates, writes } from "../kernels.js";
import { clipSteps, clips } from "./clip.js";
import { COUNTERS } from "./counters.js";
import { HYPER, type Layout, type ParameterTensors } from "./layout.js";
import type { Program, ProgramTraining } from "./program.js";
import { trainedOnly } from "./update.js";
import { split } from "./walk.js";

/** Sums of products of pairs and gradient, float64: of each unit by parameter, and of all; and what these make of the pairs. */
export interface Pairs {
  readonly dots: ReadonlyMap<string, Tensor>;
  readonly total: Tensor;
  readonly coefficients: Tensor;
}

const sumsOf = (memory: number): number => 2 * (memory + 1) * (memory + 2) + 1;

const pairsOf = ({ optimizer, optimizerConfig }: ProgramTraining): number => optimizer.pairs?.(optimizerConfig) ?? 0;

/** Memory for the sums; none for optimizers that keep no pairs. */
export function takePairs(arena: Arena, { parameters, training }: Program): Pairs | undefined {
  const memory = training ? pairsOf(training) : 0;
  if (!memory) return undefined;
  const doubles = sumsOf(memory);
  return {
    dots: new Map(
      parameters.map(({ fullName, units }) => [fullName, arena.take(`${fullName}.dots`, 8 * units * doubles)]),
    ),
    total: arena.take("pairs.total", 8 * doubles),
    coefficients: arena.take("pairs.coefficients", 8 * (2 * (memory + 1) + 1)),
  };
}

/** Tells sets of weights apart: pairs of other ones say nothing. Never 0. */
const signature = ({ parameters }: Layout): number =>
  parameters.reduce((sum, { parameter }, i) => (parameter.trainable ? (31 * sum + i + 1) % 1000003 : sum), 1) + 1;

/** True where gradients must be whole, penalties in them, before any is used. */
export const wholeFirst = (training: ProgramTraining): boolean =>
  clips(training.optimizerConfig) || pairsOf(training) > 0;

/** From whole gradients to what the optimizer takes in their place, of the trained weights alone. */
export const directionSteps = (layout: Layout, training: ProgramTraining): Step[] => [
  ...clipSteps(layout, training.optimizerConfig),
  ...pairSteps(layout, training),
];

/** Makes of the trained weights' gradients the direction of L-BFGS; none for other optimizers. */
function pairSteps(layout: Layout, training: ProgramTraining): Step[] {
  const memory = pairsOf(training);
  const { pairs, hyper } = layout;
  if (!memory || !pairs) return [];
  const { dots, total, coefficients } = pairs;
  const at = 8 * (COUNTERS.products + training.products.length + training.counters.indexOf("trained"));
  const state = reads(layout.counters, at);
  const parameters = trainedOnly(layout.parameters);
  // A parameter's slots lie one behind the other: the first one stands for them, which have all the same split.
  const places = ({ slots }: ParameterTensors): [first: Access, bytes: number] => {
    const [first, second] = [...slots.values()];
    return [updates(first!), second!.pointer - first!.pointer];
  };
  const sums = parameters.map((one) => {
    const [first, bytes] = places(one);
    const into = writes(dots.get(one.parameter.fullName)!);
    return step("lbfgs_dots", split(one), into, first, reads(one.gradient), state, memory, bytes, one.parameter.unit);
  });
  const once = { axis: "once", extent: 1 } as const;
  const adds = parameters.map((one, i) => {
    const { fullName, units } = one.parameter;
    return step("lbfgs_add", once, updates(total), reads(dots.get(fullName)!), sumsOf(memory), units, i > 0 ? 1 : 0);
  });
  const counted: Access = { ...state, access: "update" };
  const loops = step(
    "lbfgs_coefficients",
    once,
    writes(coefficients),
    counted,
    reads(total),
    memory,
    signature(layout),
  );
  const directions = parameters.map((one) => {
    const [first, bytes] = places(one);
    const [by, gradient, rate] = [split(one), updates(one.gradient), reads(hyper, HYPER.rate)];
    const { unit } = one.parameter;
    return step("lbfgs_direction", by, gradient, first, reads(coefficients), state, rate, memory, bytes, unit);
  });
  return [...sums, ...adds, loops, ...directions];
}
