// The tensors that a file keeps of a model, in its order. Pure, and the same on both sides.

import type { Parameter, Program } from "./program.js";

/** One tensor in the public order: a weight, or what the optimizer keeps for it. */
export interface KeptTensor {
  /** `dense_0.kernel`, or `optimizer/dense_0.kernel/mean`. */
  readonly name: string;
  readonly parameter: Parameter;
  /** Of the parameter in the program. */
  readonly index: number;
  /** Absent for the weight itself. */
  readonly slot?: string;
}

/** A model's state in the public order: tensors as `keptTensors` has them, or their first ones, and the counters. */
export interface State {
  readonly tensors: readonly Float32Array<ArrayBuffer>[];
  /** Absent for a model that starts counting anew. */
  readonly counters?: Float64Array<ArrayBuffer>;
}

/** All weights, then all slots. */
export function keptTensors({ parameters, slots }: Program): KeptTensor[] {
  const weights = parameters.map((parameter, index) => ({ name: parameter.fullName, parameter, index }));
  const kept = weights.flatMap((weight) =>
    slots.map((slot) => ({ ...weight, name: `optimizer/${weight.name}/${slot}`, slot })),
  );
  return [...weights, ...kept];
}
