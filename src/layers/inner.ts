// A layer in the options of another one.
import { options, pick } from "../check.js";
import type { LayerDefinition, LayerJson } from "./layer.js";

/** Its definition and its options, checked by themselves; OptionError for what is no layer of the table. */
export function checkInner(
  table: Readonly<Record<string, LayerDefinition<object>>>,
  layer: LayerJson,
  who: string,
): [definition: LayerDefinition<object>, config: Record<string, unknown>] {
  const definition = pick(table, layer, "type", `${who}.layer`);
  const { type: _, ...config } = options(layer, `${who}.layer`, ["type", "name", ...definition.options]);
  definition.check?.(config, `${who}.layer`);
  return [definition, config];
}
