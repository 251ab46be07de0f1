import { type LayerDefinition, sizeOf } from "./layer.js";

export type FlattenConfig = Record<never, never>;

/**
 * `out` is `inp` as one vector per example; no value moves.
 *
 * Shapes   inp (B, d1, d2, ...) -> out (B, d1 * d2 * ...)
 */
export const flatten: LayerDefinition<FlattenConfig> = {
  options: [],
  output: (_, inp) => [sizeOf(inp)],
  alias: () => "always",
  forward: () => [],
  backward: () => [],
};
