// The table of initializers: `type` in JSON -> how new weights are made.
import { options, pick } from "../check.js";
import {
  average,
  constant,
  inputsAlone,
  randomNormal,
  randomUniform,
  scaledNormal,
  scaledUniform,
  truncatedNormal,
} from "./drawn.js";
import type { InitializerDefinition } from "./initializer.js";
import { orthogonal } from "./orthogonal.js";

const all = (value: number): InitializerDefinition<object> => ({
  options: [],
  check() {},
  fill: (_, values) => {
    values.fill(value);
  },
});

/** Options of an LSTM's bias: ones for the forget gate, the second of four. */
export interface UnitForget {
  /** What the other gates have; default zeros. */
  others?: object;
}

export const initializers = {
  zeros: all(0),
  ones: all(1),
  /** Uniform in ±sqrt(6 / (inputs + outputs)). Source: Glorot & Bengio 2010, equation 16. */
  glorotUniform: scaledUniform(1, average),
  /** Truncated normal of variance 2 / (inputs + outputs). Source: Glorot & Bengio 2010, equation 12. */
  glorotNormal: scaledNormal(1, average),
  /** Uniform in ±sqrt(6 / inputs). Source: He et al. 2015. */
  heUniform: scaledUniform(2, inputsAlone),
  /** Truncated normal of variance 2 / inputs. Source: He et al. 2015, equation 10. */
  heNormal: scaledNormal(2, inputsAlone),
  /** Uniform in ±sqrt(3 / inputs). Source: LeCun et al. 1998, section 4.6. */
  lecunUniform: scaledUniform(1, inputsAlone),
  /** Truncated normal of variance 1 / inputs. Source: LeCun et al. 1998, section 4.6; Klambauer et al. 2017. */
  lecunNormal: scaledNormal(1, inputsAlone),
  orthogonal,
  constant,
  randomUniform,
  randomNormal,
  truncatedNormal,
  unitForget: {
    options: ["others"],
    check: ({ others }, who) => void initializerSpec(others, "zeros", `${who}.others`),
    fill({ others }, values, shape, seed, stream) {
      initialValues(initializerSpec(others, "zeros", "others"), values, shape, seed, stream);
      values.fill(1, values.length >> 2, values.length >> 1);
    },
  } as InitializerDefinition<UnitForget>,
};

type ConfigOf<D> = D extends InitializerDefinition<infer C> ? C : never;
export type InitializerName = keyof typeof initializers;
/** An initializer as JSON: `{ type, ...options }`. */
export type InitializerSpec = {
  [T in InitializerName]: { readonly type: T } & Readonly<ConfigOf<(typeof initializers)[T]>>;
}[InitializerName];

/** "zeros" or { type: "zeros" } -> the JSON form; unknown names and wrong options throw. */
export function initializerSpec(value: unknown, fallback: InitializerName, who: string): InitializerSpec {
  const given = value === undefined || typeof value === "string" ? { type: value ?? fallback } : value;
  const row = pick(initializers, value === undefined ? fallback : value, "type", who) as InitializerDefinition<object>;
  const config = options(given, who, ["type", ...row.options]);
  row.check(config, who);
  return { ...config } as unknown as InitializerSpec;
}

/** New values in the public order. */
export function initialValues(
  spec: InitializerSpec,
  values: Float32Array,
  shape: readonly number[],
  seed: number,
  stream: number,
): void {
  const row = initializers[spec.type] as InitializerDefinition<object>;
  row.fill(spec, values, shape, seed, stream);
}
