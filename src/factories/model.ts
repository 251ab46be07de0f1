// The model itself, from layers.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import type { LayerSpec } from "../layers/index.js";
import { Model } from "../model.js";
import type { InputSpec, ModelSpec } from "../spec.js";

/** A model of layers one after the other; takes what `JSON.stringify(model)` gave, too. Cheap: nothing is started. */
export function sequential(layers: ModelSpec["layers"] | readonly (InputSpec | LayerSpec)[] | ModelSpec): Model {
  const list = Array.isArray(layers) ? layers : (layers as ModelSpec)?.layers;
  if (!Array.isArray(list)) {
    const example = "[input({ shape: [784] }), dense({ units: 10 })]";
    throw new OptionError(`sequential: expected an array of layers such as ${example}, got ${show(layers)}.`);
  }
  const { labels } = layers as ModelSpec;
  return new Model({ layers: list as unknown as ModelSpec["layers"], ...(labels ? { labels } : {}) });
}
