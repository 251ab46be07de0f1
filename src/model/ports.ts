// Data for a model of several inputs or outputs -> what there is for each.

import { options, show } from "../check.js";
import { isPixels } from "../data/pixels.js";
import { DataError, OptionError, ShapeError } from "../errors.js";
import { type Port, type Program, portName } from "../plan/program.js";
import {
  type DataInput,
  readInputs,
  readTargets,
  sameRows,
  type TargetInput,
  type Targets,
  type Values,
} from "./data.js";
import { type Naming, numberTargets } from "./naming.js";

/** Something for each of several: an array in their order, or an object by their names. */
export type ForEach<T> = readonly T[] | { readonly [name: string]: T };
/** Data of a model's input, or of each of its inputs. */
export type ModelInput = DataInput | ForEach<DataInput>;
/** Targets of a model's output, or of each of its outputs. */
export type ModelTarget = TargetInput | ForEach<TargetInput>;

/** Inputs and targets of the same rows, checked; an entry for each input and output. */
export interface Pair {
  readonly x: readonly Values[];
  readonly y: readonly Targets[];
}

const isList = (given: unknown): given is readonly unknown[] => Array.isArray(given) && typeof given[0] === "object";

/** What is given for each port; a single one has it all, or by its name. OptionError unless there is one for each of several. */
export function byPort<T>(given: unknown, ports: readonly Port[], who: string): T[] {
  return ports.length === 1 ? [onlyOf(given, ports[0]!.name) as T] : eachByPort(given, ports, who);
}

/** What an object has under the name of the only port; anything else as it is, `{ data, shape }` and images too. */
export function onlyOf(given: unknown, name: string): unknown {
  const own = Object(given);
  const isData = Array.isArray(given) || Object.hasOwn(own, "shape") || isPixels(given);
  return !isData && Object.hasOwn(own, name) ? own[name] : given;
}

function eachByPort<T>(given: unknown, ports: readonly Port[], who: string): T[] {
  const names = ports.map(({ name }) => name);
  if (isList(given) && given.length === ports.length) return [...given] as T[];
  const named = given !== null && typeof given === "object" && names.some((name) => Object.hasOwn(given, name));
  if (!named) throw wrongForm(given, names, who);
  const values = options(given, who, names);
  const missing = names.find((name) => values[name] === undefined);
  if (missing === undefined) return names.map((name) => values[name] as T);
  throw new DataError(`${who}: expected something for each of ${names.join(", ")}, got none for ${missing}.`);
}

function wrongForm(given: unknown, names: readonly string[], who: string): OptionError {
  const got = isList(given) ? `an array of ${given.length}` : show(given);
  return new OptionError(
    `${who}: expected { ${names.join(", ")} }, or an array of ${names.length} in this order, got ${got}.`,
  );
}

/** Inputs of as many rows each. */
export function readAllInputs({ inputs }: Program, given: ModelInput, who: string): Values[] {
  const read = byPort<DataInput>(given, inputs, `${who}: x`).map((value, i) =>
    readInputs(value, inputs[i]!.shape, who, portName("x", inputs, i)),
  );
  read.forEach(({ rows }, i) => {
    if (rows === read[0]!.rows) return;
    const [first, other] = [0, i].map((k) => portName("x", inputs, k));
    throw new ShapeError(`${who}: expected as many rows in ${other} as in ${first}, got ${rows} and ${read[0]!.rows}.`);
  });
  return read;
}

/** Inputs and targets of the same rows. */
export function readPair(program: Program, x: ModelInput, y: ModelTarget, who: string, naming: Naming): Pair {
  const { outcomes } = program.training!;
  const { outputs } = program;
  if (!outcomes.length)
    throw new OptionError(`${who}: expected a model with a loss, got none. Name one in compile({ loss }).`);
  const inputs = readAllInputs(program, x, who);
  const first = inputs[0]!;
  const targets = byPort<TargetInput>(y, outputs, `${who}: y`).map((given, k) => {
    const what = portName("y", outputs, k);
    const numbers = numberTargets(given, program, naming, who);
    sameRows(first, numbers, who, what);
    return readTargets(numbers, outcomes[k]!, outputs[k]!.shape, first.rows, who, what);
  });
  return { x: inputs, y: targets };
}
