// The model itself, from layers.

import { options, show } from "../check.js";
import { OptionError } from "../errors.js";
import type { LayerSpec } from "../layers/index.js";
import { Model } from "../model.js";
import type { InputSpec, ModelSpec } from "../spec.js";
import { type GraphValue, traceGraph } from "./graph.js";

/** A model of layers one after the other; takes what `JSON.stringify(model)` gave, too. Cheap: nothing is started. */
export function sequential(layers: ModelSpec["layers"] | readonly (InputSpec | LayerSpec)[] | ModelSpec): Model {
  const list = Array.isArray(layers) ? layers : (layers as ModelSpec)?.layers;
  if (!Array.isArray(list)) {
    const example = "[input({ shape: [784] }), dense({ units: 10 })]";
    throw new OptionError(`sequential: expected an array of layers such as ${example}, got ${show(layers)}.`);
  }
  const { labels, graph } = layers as ModelSpec;
  const spec = { layers: list as unknown as ModelSpec["layers"], ...(graph ? { graph } : {}) };
  return new Model({ ...spec, ...(labels ? { labels } : {}) });
}

/** What a functional model is made of: inputs, and values that layers made of them; one, or an array of several. */
export interface FunctionalConfig {
  inputs: GraphValue | readonly GraphValue[];
  outputs: GraphValue | readonly GraphValue[];
}

/**
 * A model of layers that branch and merge, from inputs to outputs: `functional({ inputs: x, outputs: add().apply([h, x]) })` for
 * `h = dense({ units: 4 }).apply(x)`. Several inputs and outputs go by the names of their layers, or by their order. It takes what
 * `JSON.stringify(model)` gave, too.
 *
 * Errors   OptionError for outputs not made of the inputs; ShapeError for merged shapes that differ
 */
export function functional(config: FunctionalConfig | ModelSpec): Model {
  if (Array.isArray((config as ModelSpec | undefined)?.layers)) return sequential(config as ModelSpec);
  const { inputs, outputs } = options(config, "functional", ["inputs", "outputs"]);
  return new Model(traceGraph(inputs, outputs));
}
