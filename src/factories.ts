// Functions that give plain JSON: layers, optimizers, schedules, callbacks. Each checks what it was given at once.

import { options, show } from "./check.js";
import { OptionError } from "./errors.js";
import type { ActivationConfig } from "./layers/activation.js";
import type { DenseConfig } from "./layers/dense.js";
import type { DropoutConfig } from "./layers/dropout.js";
import { type LayerSpec, type LayerType, layers as table } from "./layers/index.js";
import type { Shape } from "./layers/layer.js";
import type { RescalingConfig } from "./layers/rescaling.js";
import { type EarlyStoppingOptions, readEarlyStopping } from "./model/options.js";
import { Model } from "./model.js";
import { type OptimizerSpec, optimizerSpec, optimizers } from "./optimizers/index.js";
import { checkInput, layerOf } from "./plan/program.js";
import { type InverseTimeDecay, type ScheduleSpec, schedules } from "./schedules/index.js";
import type { EarlyStoppingSpec, InputSpec, ModelSpec } from "./spec.js";

interface Named {
  /** A name of the layer's own; weights are called `name.kernel`. Default: the type and a number. */
  name?: string;
}

/** Options as they came, known to be an object: a number or an array would spread to nothing, or to its indices. */
function given<C extends object>(config: C, type: LayerType): C {
  options(config, type, [...table[type].options, "name"]);
  return config;
}

const layer = <S extends LayerSpec>(spec: S): S => {
  layerOf(spec);
  return spec;
};

/** The first layer: the shape of one example, such as `[784]` or `[28, 28, 1]`. */
export function input(config: { shape: Shape } & Named): InputSpec {
  options(config, "input", ["shape", "name"]);
  const spec: InputSpec = { ...config, type: "input" };
  checkInput({ layers: [spec] });
  return spec;
}

/** Fully connected: `activation(inp · kernel + bias)`. (B, I) -> (B, units). */
export const dense = (config: DenseConfig & Named) => layer({ ...given(config, "dense"), type: "dense" });

/** In training, sets a share `rate` of the values to zero and scales the others by `1 / (1 - rate)`. */
export const dropout = (config: DropoutConfig & Named) => layer({ ...given(config, "dropout"), type: "dropout" });

/** A named function of the values: relu, tanh, softmax, ... Takes the name alone, too. */
export const activation = (config: string | (ActivationConfig & Named)) =>
  layer({ ...given(typeof config === "string" ? { activation: config } : config, "activation"), type: "activation" });

/** One vector per example. (B, d1, d2, ...) -> (B, d1 * d2 * ...). */
export const flatten = (config: Named = {}) => layer({ ...given(config, "flatten"), type: "flatten" });

/** `inp * scale + offset`; `rescaling({ scale: 1 / 255 })` for pixels. */
export const rescaling = (config: RescalingConfig & Named) =>
  layer({ ...given(config, "rescaling"), type: "rescaling" });

/** A model of layers one after the other; takes what `JSON.stringify(model)` gave, too. Cheap: nothing is started. */
export function sequential(layers: ModelSpec["layers"] | readonly (InputSpec | LayerSpec)[] | ModelSpec): Model {
  const list = Array.isArray(layers) ? layers : (layers as ModelSpec)?.layers;
  if (!Array.isArray(list)) {
    const example = "[input({ shape: [784] }), dense({ units: 10 })]";
    throw new OptionError(`sequential: expected an array of layers such as ${example}, got ${show(layers)}.`);
  }
  return new Model({ layers: list as unknown as ModelSpec["layers"] });
}

type Options<T extends OptimizerSpec["type"]> = Omit<Extract<OptimizerSpec, { type: T }>, "type">;

const optimizer = (config: object, type: OptimizerSpec["type"]): OptimizerSpec =>
  optimizerSpec({ ...options(config, type, optimizers[type].options), type }, type);

/** Stochastic gradient descent; default rate 0.01, momentum 0. */
export const sgd = (config: Options<"sgd"> = {}) => optimizer(config, "sgd");

/** Adam; default rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7. */
export const adam = (config: Options<"adam"> = {}) => optimizer(config, "adam");

/** RMSprop; default rate 0.001, rho 0.9, momentum 0, epsilon 1e-7. */
export const rmsprop = (config: Options<"rmsprop"> = {}) => optimizer(config, "rmsprop");

/** A learning rate of `initial / (1 + decay * step)`. */
export function inverseTimeDecay(config: InverseTimeDecay): ScheduleSpec {
  options(config, "inverseTimeDecay", schedules.inverseTimeDecay.options);
  const spec: ScheduleSpec = { ...config, type: "inverseTimeDecay" };
  schedules.inverseTimeDecay.check(spec, "inverseTimeDecay");
  return spec;
}

/** Stops a fit when `monitor` has not improved for `patience` epochs, and puts the best weights back. */
export const earlyStopping = (config: EarlyStoppingOptions = {}): EarlyStoppingSpec => readEarlyStopping(config);
