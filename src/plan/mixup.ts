// Memory for mixed batches: what the partners of a batch's rows bring in.

import type { Arena, Tensor } from "../arena.js";

/** Twins of the batch's own tensors of the same names; `delta` is the gradient of the partners' losses by the prediction. */
export interface Mix {
  readonly input: Tensor;
  readonly target: Tensor;
  readonly loss: Tensor;
  readonly delta: Tensor;
}

export function takeMix(arena: Arena, batch: number, own: Omit<Mix, "delta">, outputWidth: number): Mix {
  const twin = (tensor: Tensor): Tensor => ({
    ...tensor,
    ...placeOf(arena.take(`partner.${tensor.name}`, tensor.bytes)),
  });
  const delta = arena.rows("partner.delta", batch, outputWidth);
  return { input: twin(own.input), target: twin(own.target), loss: twin(own.loss), delta };
}

const placeOf = ({ name, pointer }: Tensor) => ({ name, pointer });
