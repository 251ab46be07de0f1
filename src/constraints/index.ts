// The table of constraints: name -> what is done to a parameter's weights behind each update.
import { stride } from "../arena.js";
import { integer, number, options, pick } from "../check.js";
import { type Access, type Split, type Step, step } from "../kernels.js";

/** A parameter as a constraint sees it; `split` and `unit` are those of its update. */
export interface ConstraintContext {
  readonly weight: Access;
  readonly split: Split;
  readonly unit: number;
  readonly matrix: readonly [rows: number, columns: number];
  readonly layout: "panels" | "flat";
}

export interface NormAxis {
  /** The axis that norms run along: 0, the default, is over a unit's inputs; for a vector over all of it. */
  readonly axis?: number;
}

export interface MaxNorm extends NormAxis {
  /** The largest norm, 1e-15 or more. */
  readonly maximum: number;
}

interface Definition<Config> {
  readonly options: readonly (keyof Config & string)[];
  /** OptionError for values out of range; `rank` is how many axes the parameter has. */
  check?(config: Config, rank: number, who: string): void;
  step(config: Config, context: ConstraintContext): Step;
}

const checkAxis = ({ axis }: NormAxis, rank: number, who: string) => {
  if (axis !== undefined) integer(axis, `${who}.axis`, { min: 0, max: rank - 1 });
};

/** Norms put between two bounds. A split of its own: neither panels nor rows are the units of an update. */
function normStep(
  { axis = 0 }: NormAxis,
  { weight, matrix: [rows, columns], layout }: ConstraintContext,
  low: number,
  high: number,
) {
  if (layout === "flat") {
    const groups = stride(columns) / 8;
    return step("norm_rows", { axis: "row", extent: 1 }, weight, groups, 8, low, high);
  }
  const [inputs, units] = [stride(rows), stride(columns)];
  return axis === 0
    ? step("norm_columns", { axis: "panel", extent: units / 8 }, weight, inputs, low, high)
    : step("norm_rows", { axis: "row", extent: inputs }, weight, units / 8, inputs * 8, low, high);
}

/** `w = max(w, 0)`. */
const nonNegative: Definition<object> = {
  options: [],
  step: (_, { weight, split, unit }) => step("non_negative", split, weight, unit),
};

/**
 * `w *= min(norm, maximum) / norm`, the norm being that of all weights of a unit: those within the bound keep their bits.
 *
 * Source   Srivastava et al. 2014, section 5.1
 */
const maxNorm: Definition<MaxNorm> = {
  options: ["maximum", "axis"],
  check(config, rank, who) {
    number(config.maximum, `${who}.maximum`, { min: 1e-15, max: 1e30 });
    checkAxis(config, rank, who);
  },
  step: (config, context) => normStep(config, context, 0, config.maximum),
};

/**
 * `w /= norm`; a unit of zeros stays zero.
 *
 * Source   Salimans & Kingma 2016 (weights of a fixed norm)
 */
const unitNorm: Definition<NormAxis> = {
  options: ["axis"],
  check: checkAxis,
  step: (config, context) => normStep(config, context, 1, 1),
};

export const constraints = { nonNegative, maxNorm, unitNorm };

type ConfigOf<D> = D extends Definition<infer C> ? C : never;
export type ConstraintName = keyof typeof constraints;
/** A constraint as JSON. */
export type ConstraintSpec = {
  [T in ConstraintName]: { readonly type: T } & Readonly<ConfigOf<(typeof constraints)[T]>>;
}[ConstraintName];
/** The JSON, or the name of one that needs no numbers. */
export type Constraint = ConstraintSpec | "nonNegative" | "unitNorm";

const rowOf = (value: unknown, who: string) => pick(constraints, value, "type", who) as Definition<object>;

/** "nonNegative" or { type: "nonNegative" } -> the JSON form, checked for a parameter of so many axes. */
export function constraintSpec(value: unknown, rank: number, who: string): ConstraintSpec | undefined {
  if (value === undefined) return undefined;
  const row = rowOf(value, who);
  const spec = (typeof value === "string" ? { type: value } : value) as ConstraintSpec;
  options(spec, who, ["type", ...row.options]);
  row.check?.(spec, rank, who);
  return spec;
}

/** The step that holds a parameter to its constraint. */
export const constraintStep = (spec: ConstraintSpec, context: ConstraintContext): Step =>
  rowOf(spec, "constraint").step(spec, context);
