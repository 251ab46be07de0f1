// Working memory of layers, as they ask for it.

import type { Arena, Tensor } from "../arena.js";
import type { Program } from "./program.js";
import type { LayoutRequest } from "./request.js";

/** Working memory of the layers by name; what passes with a step is the same for all, as large as the largest. */
export function takeScratch(arena: Arena, { nodes }: Program, { batch, workers }: LayoutRequest): Map<string, Tensor> {
  const wanted = nodes.flatMap(({ name, definition, config, inp, out }) =>
    Object.entries(definition.scratch?.(config, inp, batch, out) ?? {}).map(([key, size]) => ({
      name: `${name}.${key}`,
      size,
    })),
  );
  const bytes = Math.max(0, ...wanted.map(({ size }) => ("passing" in size ? size.each : 0)));
  const passing = bytes ? arena.each("passing", bytes, workers) : undefined;
  const tensors = wanted.map(({ name, size }): [string, Tensor] => {
    if ("width" in size) return [name, arena.rows(name, batch * (size.times ?? 1), size.width)];
    if ("floats" in size) return [name, arena.take(name, 4 * size.floats)];
    return [name, (size.passing && passing) || arena.each(name, size.each, workers)];
  });
  return new Map(tensors);
}
