// The table of initializers: name -> values in the public order, a pure function of shape, seed and stream.
import { options, pick } from "../check.js";
import { uniforms } from "../random.js";

export interface InitializerSpec {
  readonly type: InitializerName;
}
type Fill = (values: Float32Array, shape: readonly number[], seed: number, stream: number) => void;

const constant =
  (value: number): Fill =>
  (values) =>
    values.fill(value);

export const initializers = {
  zeros: constant(0),
  ones: constant(1),
  /** Uniform in ±sqrt(6 / (inputs + outputs)). Source: Glorot & Bengio 2010, equation 16. */
  glorotUniform: ((values, shape, seed, stream) => {
    const [inputs = 1, outputs = 1] = shape;
    const limit = Math.sqrt(6 / (inputs + outputs));
    uniforms(seed, stream, 0, values.length, (u, i) => {
      values[i] = (2 * u - 1) * limit;
    });
  }) as Fill,
};
export type InitializerName = keyof typeof initializers;

/** "zeros" or { type: "zeros" } -> the JSON form; unknown names throw. */
export function initializerSpec(value: unknown, fallback: InitializerName, who: string): InitializerSpec {
  if (value === undefined) return { type: fallback };
  pick(initializers, value, "type", who);
  if (typeof value === "string") return { type: value as InitializerName };
  options(value, who, ["type"]);
  return { type: (value as InitializerSpec).type };
}
