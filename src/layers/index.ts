// The table of layers: `type` in a model's JSON -> its definition. LayerSpec follows by type derivation.
import { activation } from "./activation.js";
import { alphaDropout } from "./alpha_dropout.js";
import { dense } from "./dense.js";
import { dropout } from "./dropout.js";
import { flatten } from "./flatten.js";
import { gaussianDropout, gaussianNoise } from "./gaussian.js";
import type { LayerDefinition } from "./layer.js";
import { normalization } from "./normalization.js";
import { rescaling } from "./rescaling.js";
import { spatialDropout } from "./spatial_dropout.js";

export const layers = {
  dense,
  dropout,
  activation,
  flatten,
  rescaling,
  gaussianNoise,
  gaussianDropout,
  alphaDropout,
  spatialDropout,
  normalization,
};

export type LayerType = keyof typeof layers;
type ConfigOf<D> = D extends LayerDefinition<infer C> ? C : never;

/** One layer as JSON: `{ type, name?, ...options }`; with `trainable: false`, where it has weights, they are frozen. */
export type LayerSpec = {
  [T in LayerType]: { readonly type: T; readonly name?: string; readonly trainable?: boolean } & Readonly<
    ConfigOf<(typeof layers)[T]>
  >;
}[LayerType];
