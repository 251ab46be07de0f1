// Memory for mixed batches: what the partners of a batch's rows bring in.

import type { Arena, Tensor } from "../arena.js";

/** Twins of the batch's own tensors of the same names; `gradients` are those of the partners' losses by the predictions. */
export interface Mix {
  readonly inputs: readonly Tensor[];
  readonly targets: readonly Tensor[];
  readonly losses: readonly Tensor[];
  readonly gradients: readonly Tensor[];
}

export function takeMix(arena: Arena, batch: number, own: Omit<Mix, "gradients">, widths: readonly number[]): Mix {
  const twin = (tensor: Tensor): Tensor => ({
    ...tensor,
    ...placeOf(arena.take(`partner.${tensor.name}`, tensor.bytes)),
  });
  const gradients = widths.map((width, k) => arena.rows(`partner.gradient${k || ""}`, batch, width));
  return { inputs: own.inputs.map(twin), targets: own.targets.map(twin), losses: own.losses.map(twin), gradients };
}

const placeOf = ({ name, pointer }: Tensor) => ({ name, pointer });
