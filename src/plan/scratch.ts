// Working memory of layers, as they ask for it.

import type { Arena, Tensor } from "../arena.js";
import type { Program } from "./program.js";
import type { LayoutRequest } from "./request.js";

/** Working memory of the layers: of those that see the data's own zeros, with what it takes to leave these out. */
export function takeScratch(arena: Arena, { nodes }: Program, { batch, workers, train, validation }: LayoutRequest) {
  const mostlyZeros = (input: number) => (train?.zeros[input] ?? false) || (validation?.zeros[input] ?? false);
  const tensors = nodes.flatMap(({ name, definition, config, inp, out, zerosOf }) => {
    const zeros = zerosOf !== undefined && mostlyZeros(zerosOf);
    const wanted = definition.scratch?.(config, inp, batch, zeros, out) ?? {};
    return Object.entries(wanted).map(([key, size]): [string, Tensor] => {
      const full = `${name}.${key}`;
      if ("width" in size) return [full, arena.rows(full, batch, size.width)];
      if ("floats" in size) return [full, arena.take(full, 4 * size.floats)];
      return [full, arena.each(full, size.each, workers)];
    });
  });
  return new Map(tensors);
}
