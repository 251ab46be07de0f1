// Gradients as calls take and give them.

import { ShapeError } from "../errors.js";
import type { Program } from "../plan/program.js";
import type { TensorInput } from "../spec.js";
import type { Gradients } from "./answers.js";
import { type DataInput, readInputs, readTensors, type Targets, type Values } from "./data.js";
import type { Session } from "./session.js";
import { fillWindow } from "./windows.js";

/** Inputs, and a gradient by the output for each of their rows. */
export function readBackward(program: Program, x: DataInput, outputGradient: DataInput): { x: Values; y: Targets } {
  const inputs = readInputs(x, program.inputShape, "backward");
  const gradient = readInputs(outputGradient, program.outputShape, "backward", "outputGradient");
  if (gradient.rows !== inputs.rows) {
    throw new ShapeError(
      `backward: expected as many rows in outputGradient as in x, got ${gradient.rows} and ${inputs.rows}.`,
    );
  }
  const values = gradient.values instanceof Float32Array ? gradient.values : Float32Array.from(gradient.values);
  return { x: inputs, y: { ...gradient, values, type: "float32", kind: "gradient" } };
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
  { x, y, from, training }: { x: Values; y: Targets; from: "loss" | "output"; training: boolean },
): Promise<Gradients> {
  await fillWindow(session, { x, y, who: from === "loss" ? "gradients" : "backward" }, { inputGradient: true });
  const { loss, weights, input } = await session.all(({ jobs }) => jobs.gradients(x.type, x.rows, from, training));
  return { loss, weights, input: { data: input, shape: [x.rows, ...program.inputShape] } };
}
