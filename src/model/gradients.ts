// Gradients as calls take and give them.

import { ShapeError } from "../errors.js";
import { type Program, portName } from "../plan/program.js";
import type { TensorInput } from "../spec.js";
import { type Gradients, perPort } from "./answers.js";
import { type DataInput, readInputs, readTensors } from "./data.js";
import { byPort, type ModelInput, type Pair, readAllInputs } from "./ports.js";
import type { Session } from "./session.js";
import { fillWindow, typesOf } from "./windows.js";

/** Inputs, and a gradient by each output for each of their rows. */
export function readBackward(program: Program, x: ModelInput, outputGradient: ModelInput): Pair {
  const { outputs } = program;
  const inputs = readAllInputs(program, x, "backward");
  const { rows } = inputs[0]!;
  const given = byPort<DataInput>(outputGradient, outputs, "backward: outputGradient");
  const y = given.map((one, k) => {
    const what = portName("outputGradient", outputs, k);
    const gradient = readInputs(one, outputs[k]!.shape, "backward", what);
    if (gradient.rows !== rows) {
      throw new ShapeError(`backward: expected as many rows in ${what} as in x, got ${gradient.rows} and ${rows}.`);
    }
    const values = gradient.values instanceof Float32Array ? gradient.values : Float32Array.from(gradient.values);
    return { ...gradient, values, type: "float32", kind: "gradient" } as const;
  });
  return { x: inputs, y };
}

/** A gradient for every weight, in layer order. */
export function readGradients(program: Program, given: unknown): Float32Array[] {
  const list = (given as { weights?: readonly TensorInput[] } | undefined)?.weights ?? given;
  const byIndex = readTensors(list, program.parameters, "applyGradients");
  if (byIndex.size !== program.parameters.length) {
    throw new ShapeError(`applyGradients: expected ${program.parameters.length} gradients, got ${byIndex.size}.`);
  }
  return program.parameters.map((_, i) => byIndex.get(i)!);
}

/** Gradients on one batch, of the loss or from a gradient by the output that stands where targets do. */
export async function runGradients(
  program: Program,
  session: Session,
  { x, y, from, training }: Pair & { from: "loss" | "output"; training: boolean },
): Promise<Gradients> {
  await fillWindow(session, { x, y, who: from === "loss" ? "gradients" : "backward" }, { inputGradient: true });
  const { rows } = x[0]!;
  const types = typesOf(x);
  const { loss, weights, inputs } = await session.all(({ jobs }) => jobs.gradients(types, rows, from, training));
  const { outputs: named, ...input } = perPort(program.inputs, (i) => ({
    data: inputs[i]!,
    shape: [rows, ...program.inputs[i]!.shape],
  }));
  return { loss, weights, input, ...(named && { inputs: named }) };
}
