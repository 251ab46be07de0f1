// The table of optimizers: `type` in JSON -> its definition.
import { options, pick } from "../check.js";
import { adadelta } from "./adadelta.js";
import { adagrad } from "./adagrad.js";
import { adam } from "./adam.js";
import { adamax } from "./adamax.js";
import { adamw } from "./adamw.js";
import { COMMON, type CommonConfig, checkCommon } from "./common.js";
import { lbfgs } from "./lbfgs.js";
import { lion } from "./lion.js";
import { nadam } from "./nadam.js";
import type { OptimizerDefinition } from "./optimizer.js";
import { radam } from "./radam.js";
import { rmsprop } from "./rmsprop.js";
import { sgd } from "./sgd.js";

export const optimizers = { sgd, adam, adamw, nadam, radam, adamax, rmsprop, adagrad, adadelta, lion, lbfgs };

type ConfigOf<D> = D extends OptimizerDefinition<infer C> ? C : never;
export type OptimizerName = keyof typeof optimizers;
/** An optimizer as JSON: `{ type, ...options }`; what is left out has its default. */
export type OptimizerSpec = {
  [T in OptimizerName]: { readonly type: T } & Readonly<Partial<ConfigOf<(typeof optimizers)[T]>> & CommonConfig>;
}[OptimizerName];

/** A name or JSON -> JSON with every option filled in and checked. */
export function optimizerSpec(value: unknown, who = "compile"): OptimizerSpec {
  const row = pick(optimizers, value, "type", `${who}: optimizer`) as OptimizerDefinition<object>;
  const given = typeof value === "string" ? { type: value } : (value as OptimizerSpec);
  options(given, given.type, ["type", ...row.options, ...COMMON]);
  const set = Object.entries(given).filter(([, v]) => v !== undefined);
  const config = { ...row.defaults, ...Object.fromEntries(set) };
  row.check(config, given.type);
  checkCommon(config, given.type);
  return config as OptimizerSpec;
}
