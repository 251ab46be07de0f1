// A model <-> the tensors and texts of its file. What a file says passes the checks that a user's own model passes.

import { integer, options, short, show } from "../check.js";
import { FileError } from "../errors.js";
import { type CompileOptions, readCompile, type Settings } from "../model/options.js";
import type { Session } from "../model/session.js";
import { counterCount, wrongCounter } from "../plan/counters.js";
import { compileProgram, outputNames, type Program } from "../plan/program.js";
import { keptTensors, type State } from "../plan/state.js";
import type { ModelSpec, TrainingSpec } from "../spec.js";
import { parseJson, readTensors, type TensorFile, writeTensors, wrongFile } from "./safetensors.js";

/** The library's version, for whoever reads a file; package.json has the same. */
export const VERSION = "0.1.0";
/** Of what a file means; a change that older code would misread counts it up. */
const FORMAT = "1";
const COUNTERS_NAME = "optimizer/counters";

/** What `compile` fixes and a file does not have. */
export type LoadOptions = Pick<CompileOptions, "workers" | "numerics" | "memoryLimit" | "workerUrl">;

/** A model as a file had it. */
export interface Saved {
  readonly spec: ModelSpec;
  readonly settings: Settings;
  readonly seed: number;
  readonly state: State;
}

/** The parts of a live model's file; without a training, weights alone. */
export async function fileOf(
  spec: ModelSpec,
  program: Program,
  training: TrainingSpec | undefined,
  session: Session,
): Promise<Uint8Array<ArrayBuffer>[]> {
  await session.ensure(session.widen({}));
  const { tensors, counters } = await session.lead(({ jobs }) => jobs.getState());
  const kept = keptTensors(program).map(({ name, parameter: { shape } }, i) => ({ name, shape, data: tensors[i]! }));
  const count = { name: COUNTERS_NAME, shape: [counters.length], data: counters };
  return writeTensors(training ? [count, ...kept] : kept, {
    format: "whetstone",
    formatVersion: FORMAT,
    version: VERSION,
    model: JSON.stringify(spec),
    seed: `${program.seed}`,
    ...(training && { training: JSON.stringify(training), numerics: session.numerics }),
  });
}

/** Options of loadModel, checked. */
export function readLoad(given: LoadOptions): LoadOptions {
  options(given, "loadModel", ["workers", "numerics", "memoryLimit", "workerUrl"]);
  readCompile({ optimizer: "sgd", ...given }, [], "loadModel");
  return given;
}

/** The model of a file. FileError for whatever else the bytes are. */
export function readModel(bytes: Uint8Array, given: LoadOptions): Saved {
  const file = readTensors(bytes);
  const { metadata } = file;
  if (metadata.get("format") !== "whetstone") {
    throw wrongFile(
      "a file that save() wrote",
      "safetensors of another origin",
      "For weights alone there is setWeights().",
    );
  }
  const version = metadata.get("formatVersion");
  if (version !== FORMAT) {
    const cure = "Take the version of the library that wrote it, or a later one.";
    throw wrongFile(`format ${FORMAT}`, `${show(version)} of version ${show(metadata.get("version"))}`, cure);
  }
  return unlessUnknown(() => {
    const spec = parseJson(metadata.get("model")!) as ModelSpec;
    const seed = integer(parseJson(metadata.get("seed")!), "seed", { min: 0 });
    if (!Array.isArray(spec?.layers)) throw wrongFile("layers", show(spec));
    const settings = readSettings(metadata, given, outputNames(compileProgram(spec, undefined, seed)));
    const program = compileProgram(spec, settings.training, seed);
    return { spec, settings, seed, state: readState(file, program) };
  });
}

/** What a call gives that makes a model of a file; its errors become FileErrors. */
export function unlessUnknown<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw wrongFile("a model that this version knows", short((error as Error).message, 240));
  }
}

function readSettings(metadata: TensorFile["metadata"], given: LoadOptions, outputs: readonly string[]): Settings {
  const strict = metadata.get("numerics") === "strict" ? { numerics: "strict" as const } : {};
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const team = { ...strict, ...known };
  const text = metadata.get("training");
  if (text === undefined) return { ...readCompile({ optimizer: "sgd", ...team }), training: undefined };
  const { loss, ...training } = parseJson(text) as TrainingSpec;
  options(training, "training", ["optimizer", "lossWeights", "metrics"]);
  return readCompile({ ...(training as CompileOptions), ...(loss && { loss }), ...team }, outputs);
}

/** Tensors that are exactly those of the program, by name, type and shape. */
function readState({ tensors }: TensorFile, program: Program): State {
  const { training } = program;
  const kept = keptTensors(program);
  const names = new Set([...(training ? [COUNTERS_NAME] : []), ...kept.map(({ name }) => name)]);
  for (const name of tensors.keys()) {
    if (!names.has(name)) throw wrongFile("the tensors of its model", `${show(name)} besides`);
  }
  const read = (name: string, type: string, shape: readonly number[]): ArrayBuffer => {
    const found = tensors.get(name);
    if (found?.type !== type || `${found.shape}` !== `${shape}`) {
      throw wrongFile(`${show(name)} as ${type} ${show(shape)}`, found ? `${found.type} ${show(found.shape)}` : "none");
    }
    // A copy: it is aligned, and the caller may change the file's bytes.
    return new Uint8Array(found.bytes).buffer;
  };
  const counters = training && new Float64Array(read(COUNTERS_NAME, "F64", [counterCount(program)]));
  const wrong = counters ? wrongCounter(program, counters) : -1;
  if (wrong >= 0) throw wrongFile("steps, epochs and products of decays", `${counters![wrong]} in ${COUNTERS_NAME}`);
  const values = kept.map(({ name, parameter, slot }) => {
    const data = new Float32Array(read(name, "F32", parameter.shape));
    // What an optimizer keeps may overflow; weights that did were never kept.
    if (slot === undefined && !data.every(Number.isFinite))
      throw wrongFile(`finite numbers in ${show(name)}`, "others");
    return data;
  });
  return { tensors: values, ...(counters && { counters }) };
}
