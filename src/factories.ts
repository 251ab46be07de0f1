// Functions that give plain JSON: layers, optimizers, schedules, callbacks. Each checks what it was given at once.

import type { ActivationConfig } from "./layers/activation.js";
import type { DenseConfig } from "./layers/dense.js";
import type { DropoutConfig } from "./layers/dropout.js";
import type { LayerSpec } from "./layers/index.js";
import type { Shape } from "./layers/layer.js";
import type { RescalingConfig } from "./layers/rescaling.js";
import { type EarlyStoppingOptions, readEarlyStopping } from "./model/options.js";
import { Model } from "./model.js";
import { type OptimizerSpec, optimizerSpec } from "./optimizers/index.js";
import { checkInput, layerOf } from "./plan/program.js";
import { checkRate, type InverseTimeDecay, type ScheduleSpec } from "./schedules/index.js";
import type { EarlyStoppingSpec, InputSpec, ModelSpec } from "./spec.js";

interface Named {
  /** A name of the layer's own; weights are called `name.kernel`. Default: the type and a number. */
  name?: string;
}

const layer = <S extends LayerSpec>(spec: S): S => {
  layerOf(spec);
  return spec;
};

/** The first layer: the shape of one example, such as `[784]` or `[28, 28, 1]`. */
export function input(config: { shape: Shape } & Named): InputSpec {
  const spec: InputSpec = { ...config, type: "input" };
  checkInput({ layers: [spec] });
  return spec;
}

/** Fully connected: `activation(inp · kernel + bias)`. (B, I) -> (B, units). */
export const dense = (config: DenseConfig & Named) => layer({ ...config, type: "dense" });

/** In training, sets a share `rate` of the values to zero and scales the others by `1 / (1 - rate)`. */
export const dropout = (config: DropoutConfig & Named) => layer({ ...config, type: "dropout" });

/** A named function of the values: relu, tanh, softmax, ... Takes the name alone, too. */
export const activation = (config: string | (ActivationConfig & Named)) =>
  layer({ ...(typeof config === "string" ? { activation: config } : config), type: "activation" });

/** One vector per example. (B, d1, d2, ...) -> (B, d1 * d2 * ...). */
export const flatten = (config: Named = {}) => layer({ ...config, type: "flatten" });

/** `inp * scale + offset`; `rescaling({ scale: 1 / 255 })` for pixels. */
export const rescaling = (config: RescalingConfig & Named) => layer({ ...config, type: "rescaling" });

/** A model of layers one after the other; takes what `JSON.stringify(model)` gave, too. Cheap: nothing is started. */
export function sequential(layers: ModelSpec["layers"] | readonly (InputSpec | LayerSpec)[] | ModelSpec): Model {
  const list = Array.isArray(layers) ? layers : ((layers as ModelSpec)?.layers ?? []);
  return new Model({ layers: [...list] as unknown as ModelSpec["layers"] });
}

type Options<T extends OptimizerSpec["type"]> = Omit<Extract<OptimizerSpec, { type: T }>, "type">;

/** Stochastic gradient descent; default rate 0.01, momentum 0. */
export const sgd = (config: Options<"sgd"> = {}) => optimizerSpec({ ...config, type: "sgd" });

/** Adam; default rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7. */
export const adam = (config: Options<"adam"> = {}) => optimizerSpec({ ...config, type: "adam" });

/** RMSprop; default rate 0.001, rho 0.9, momentum 0, epsilon 1e-7. */
export const rmsprop = (config: Options<"rmsprop"> = {}) => optimizerSpec({ ...config, type: "rmsprop" });

/** A learning rate of `initial / (1 + decay * step)`. */
export function inverseTimeDecay(config: InverseTimeDecay): ScheduleSpec {
  const spec: ScheduleSpec = { ...config, type: "inverseTimeDecay" };
  checkRate(spec, "inverseTimeDecay");
  return spec;
}

/** Stops a fit when `monitor` has not improved for `patience` epochs, and puts the best weights back. */
export const earlyStopping = (config: EarlyStoppingOptions = {}): EarlyStoppingSpec => readEarlyStopping(config);
