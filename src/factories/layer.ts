// How the functions that make layers check what they are given.

import { options } from "../check.js";
import { type LayerSpec, type LayerType, layers as table } from "../layers/index.js";
import { layerOf, optionsOf } from "../plan/nodes.js";
import { type Callable, callable } from "./graph.js";

export interface Named {
  /** A name of the layer's own; weights are called `name.kernel`. Default: the type and a number. */
  name?: string;
}

/** What layers with weights take besides. */
export interface Trained extends Named {
  /** False: training leaves the weights as they are, see `model.freeze`. Default true. */
  trainable?: boolean;
}

/** Options as they came, known to be an object: a number or an array would spread to nothing, or to its indices. */
export function given<C extends object>(config: C, type: LayerType): C {
  options(config, type, optionsOf(table[type]));
  return config;
}

/** A layer's JSON, checked. */
export function layer<T extends LayerType, C extends object>(type: T, config: C): C & { type: T } & Callable {
  const spec = { ...given(config, type), type };
  layerOf(spec);
  return callable(spec as C & { type: T } & LayerSpec);
}
