// What an initializer is: a row of the table in index.ts.
import { number } from "../check.js";

/** Values in the public order, a pure function of config, shape, seed and stream; options left out have their defaults. */
export interface InitializerDefinition<Config> {
  readonly options: readonly string[];
  check(config: Config, who: string): void;
  fill(config: Config, values: Float32Array, shape: readonly number[], seed: number, stream: number): void;
}

/** Far enough below float32's largest number that no draw comes out infinite. */
const MOST = 1e37;

/** A number that float32 can hold with room to spare. */
export const checkValue = (value: unknown, who: string, least = -MOST) => number(value, who, { min: least, max: MOST });

/** The same, above 0. */
export const checkWidth = (value: unknown, who: string) => number(value, who, { above: 0, max: MOST });

/** Inputs and outputs of one unit: of (I, O); of a convolution's (..., I, O) times its receptive field; of a vector both alike. */
export function fans(shape: readonly number[]): [inputs: number, outputs: number] {
  const [outputs = 1, inputs = outputs, ...field] = [...shape].reverse();
  const receptive = field.reduce((product, extent) => product * extent, 1);
  return [inputs * receptive, outputs * receptive];
}
