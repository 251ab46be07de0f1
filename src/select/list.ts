// The candidates of a selection: named ones, or one for each value of an option.

import { hint, options, show } from "../check.js";
import { OptionError } from "../errors.js";
import { sizeOf } from "../layers/layer.js";
import type { CompileOptions } from "../model/options.js";
import { type Port, portName } from "../plan/program.js";
import { type Architecture, type Candidate, readCandidate } from "./candidate.js";

/** An architecture, and how to compile it unless it is a compiled model. */
export interface Built {
  model: Architecture;
  compile?: CompileOptions;
}
export interface NamedCandidate extends Built {
  name: string;
}
/** Candidates that differ in the value of one option. */
export interface Values<V> {
  values: readonly V[];
  build: (value: V) => Built;
}

export interface Listed<V> {
  readonly value: V;
  readonly candidate: Candidate;
}

/** Every candidate checked; what goes in and comes out is alike, since they get the same data. */
export function readList<V>(given: unknown, compile: CompileOptions | undefined, who: string): Listed<V>[] {
  const list = Array.isArray(given) ? readNamed(given, who) : readValues(given, who);
  if (!list.length) throw new OptionError(`${who}: expected at least one candidate, got none.`);
  const read = list.map(({ value, built }) => {
    const where = `${who}: candidate ${show(value)}`;
    options(built, where, ["name", "model", "compile"]);
    return { value: value as V, candidate: readCandidate(built.model, built.compile ?? compile, where) };
  });
  for (const { value, candidate } of read) {
    const [wanted, got] = [formOf(read[0]!.candidate), formOf(candidate)];
    if (got === wanted) continue;
    const what = `${who}: candidate ${show(value)}`;
    throw new OptionError(`${what}: expected ${wanted}, as the first one's, got ${got}. Name them alike.`);
  }
  return read;
}

/** What goes in and, of several outputs, what comes out. */
function formOf({ program: { inputs, outputs } }: Candidate): string {
  const form = (what: string, ports: readonly Port[]) =>
    ports.map(({ shape }, k) => `${portName(what, ports, k)} of ${sizeOf(shape)} values`);
  return [...form("x", inputs), ...(outputs.length > 1 ? form("y", outputs) : [])].join(", ");
}

function readNamed(given: readonly unknown[], who: string): { value: unknown; built: Built }[] {
  const names = given.map((candidate) => (candidate as NamedCandidate | undefined)?.name);
  return names.map((name, i) => {
    if (typeof name !== "string" || names.indexOf(name) !== i) {
      throw new OptionError(`${who}: candidate ${i}: expected a name of its own, got ${show(name)}.`);
    }
    return { value: name, built: given[i] as Built };
  });
}

function readValues(given: unknown, who: string): { value: unknown; built: Built }[] {
  const { values, build } = options(given, `${who}: candidates`, ["values", "build"]);
  if (!Array.isArray(values)) throw new OptionError(`${who}: values: expected an array, got ${show(values)}.`);
  if (typeof build !== "function") {
    throw new OptionError(`${who}: build: expected a function of a value, got ${show(build)}.`);
  }
  return values.map((value) => ({ value, built: build(value) }));
}

/** OptionError for a metric that a candidate does not have. */
export function checkMonitor(monitor: unknown, { value, candidate }: Listed<unknown>, who: string): void {
  const metrics = ["loss", "dataLoss", "penalty", ...candidate.program.training!.metrics.map(({ name }) => name)];
  const where = `${who}: monitor of ${show(value)}`;
  if (typeof monitor !== "string") throw new OptionError(`${where}: expected a metric's name, got ${show(monitor)}.`);
  if (!metrics.includes(monitor)) throw new OptionError(`${where}: unknown name ${hint(monitor, metrics)}`);
}
