// Initializers that draw every value by itself.
import { uniforms } from "../random.js";
import { checkValue, checkWidth, fans, type InitializerDefinition } from "./initializer.js";
import { normals, TRUNCATED_DEVIATION, truncatedNormals } from "./normals.js";

export interface RandomUniform {
  /** Default -0.05. */
  minimum?: number;
  /** Default 0.05. */
  maximum?: number;
}

/** Uniform from `minimum` to `maximum`. */
export const randomUniform: InitializerDefinition<RandomUniform> = {
  options: ["minimum", "maximum"],
  check({ minimum = -0.05, maximum = 0.05 }, who) {
    checkValue(minimum, `${who}.minimum`);
    checkValue(maximum, `${who}.maximum`, minimum);
  },
  fill({ minimum = -0.05, maximum = 0.05 }, values, _, seed, stream) {
    uniforms(seed, stream, 0, values.length, (u, i) => {
      values[i] = minimum + u * (maximum - minimum);
    });
  },
};

export interface RandomNormal {
  /** Default 0. */
  mean?: number;
  /** Standard deviation; default 0.05. */
  deviation?: number;
}

const normal = (draw: typeof normals): InitializerDefinition<RandomNormal> => ({
  options: ["mean", "deviation"],
  check({ mean = 0, deviation = 0.05 }, who) {
    checkValue(mean, `${who}.mean`);
    checkWidth(deviation, `${who}.deviation`);
  },
  fill({ mean = 0, deviation = 0.05 }, values, _, seed, stream) {
    draw(seed, stream, values.length, (z, i) => {
      values[i] = mean + z * deviation;
    });
  },
});

/** Normal with `mean` and `deviation`. */
export const randomNormal = normal(normals);

/** Normal with `mean` and `deviation`, without what is two deviations or more from the mean. */
export const truncatedNormal = normal(truncatedNormals);

type Fan = (inputs: number, outputs: number) => number;
export const average: Fan = (inputs, outputs) => (inputs + outputs) / 2;
export const inputsAlone: Fan = (inputs) => inputs;

/** Uniform in ±sqrt(3 scale / fan): of variance scale / fan. */
export const scaledUniform = (scale: number, fan: Fan): InitializerDefinition<object> => ({
  options: [],
  check() {},
  fill(_, values, shape, seed, stream) {
    const limit = Math.sqrt((3 * scale) / fan(...fans(shape)));
    uniforms(seed, stream, 0, values.length, (u, i) => {
      values[i] = (2 * u - 1) * limit;
    });
  },
});

/** Truncated normal of variance scale / fan. */
export const scaledNormal = (scale: number, fan: Fan): InitializerDefinition<object> => ({
  options: [],
  check() {},
  fill(_, values, shape, seed, stream) {
    const deviation = Math.sqrt(scale / fan(...fans(shape))) / TRUNCATED_DEVIATION;
    truncatedNormal.fill({ deviation }, values, shape, seed, stream);
  },
});

export interface Constant {
  value: number;
}

/** `value` everywhere. */
export const constant: InitializerDefinition<Constant> = {
  options: ["value"],
  check({ value }, who) {
    checkValue(value, `${who}.value`);
  },
  fill({ value }, values) {
    values.fill(value);
  },
};
