// Callbacks of a fit: what may be given, checked.

import { boolean, hint, integer, lookup, number, options, pick, show } from "../check.js";
import type { OnNonFinite } from "../engine/setbacks.js";
import { OptionError } from "../errors.js";
import { betterOf } from "../metrics/index.js";
import type { EarlyStoppingSpec } from "../spec.js";

export interface EarlyStoppingOptions {
  /** A key of the epoch logs; default valLoss. */
  monitor?: string;
  /** What counts as better; default 0. */
  minDelta?: number;
  /** Epochs without improvement before the stop; default 0: the first one. */
  patience?: number;
  /** Default max for what is better the more of it (accuracies, precision, recall, f1, auc, rSquared, sparsity), else min. */
  mode?: "min" | "max" | "auto";
  /** Default true. */
  restoreBestWeights?: boolean;
  /** A value that must be beaten before `patience` starts again. */
  baseline?: number | null;
  /** Epochs of a fit that are not looked at; default 0. */
  startFromEpoch?: number;
}

const STOPPING = ["monitor", "minDelta", "patience", "mode", "restoreBestWeights", "baseline", "startFromEpoch"];

/** Checks an earlyStopping; what is left out gets its default. */
export function readEarlyStopping(given: EarlyStoppingOptions): EarlyStoppingSpec {
  const who = "earlyStopping";
  options(given, who, STOPPING);
  const { monitor = "valLoss", minDelta = 0, patience = 0, mode = "auto", restoreBestWeights = true } = given;
  const { baseline = null, startFromEpoch = 0 } = given;
  if (typeof monitor !== "string") {
    throw new OptionError(`${who}.monitor: expected a key of the logs such as "valLoss", got ${show(monitor)}.`);
  }
  number(minDelta, `${who}.minDelta`, { min: 0 });
  integer(patience, `${who}.patience`, { min: 0 });
  boolean(restoreBestWeights, `${who}.restoreBestWeights`);
  if (baseline !== null) number(baseline, `${who}.baseline`);
  integer(startFromEpoch, `${who}.startFromEpoch`, { min: 0 });
  lookup({ min: 1, max: 1, auto: 1 }, mode, `${who}.mode`);
  const chosen = mode === "auto" ? betterOf(monitor) : mode;
  return { type: who, monitor, minDelta, patience, mode: chosen, restoreBestWeights, baseline, startFromEpoch };
}

/** The earlyStopping among callbacks, if there is one; `keys` are those of the logs that can be monitored. */
export function readCallbacks(
  callbacks: readonly EarlyStoppingSpec[] | undefined,
  keys: string[],
): EarlyStoppingSpec | null {
  if (callbacks === undefined) return null;
  if (!Array.isArray(callbacks)) throw new OptionError(`fit: callbacks: expected an array, got ${show(callbacks)}.`);
  if (callbacks.length === 0) return null;
  if (callbacks.length > 1) {
    throw new OptionError(`fit: callbacks: expected one earlyStopping(), got ${callbacks.length}. Drop the others.`);
  }
  const [first] = callbacks;
  pick({ earlyStopping: 1 }, first, "type", "fit: callbacks");
  const { type: _, ...given } = typeof first === "string" ? {} : (first as EarlyStoppingSpec);
  const spec = readEarlyStopping(given);
  checkMonitor(spec, keys);
  return spec;
}

const policies: Readonly<Record<OnNonFinite, true>> = { stop: true, skip: true, rollback: true };

/** What a fit is to do about numbers that are not finite. */
export function readOnNonFinite(value: OnNonFinite = "stop"): OnNonFinite {
  lookup(policies, value, "fit: onNonFinite");
  return value;
}

/** OptionError unless the logs have what is monitored. */
export function checkMonitor({ type, monitor }: { type: string; monitor: string }, keys: string[]): void {
  if (keys.includes(monitor)) return;
  const missing = /^val/.test(monitor) && !keys.includes("valLoss");
  const cure = missing ? " Validation values need validationSplit or validationData." : "";
  throw new OptionError(`${type}.monitor: unknown name ${hint(monitor, keys)}${cure}`);
}

/** OptionError for what cannot be called, unless it is left out. */
export function readFunction(value: unknown, who: string): void {
  if (value === undefined || typeof value === "function") return;
  throw new OptionError(`${who}: expected a function, got ${show(value)}.`);
}

/** OptionError unless it is left out or an AbortSignal. */
export function readSignal(signal: unknown, who: string): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === "function") return;
  const cure = signal instanceof AbortController ? " Pass its signal: controller.signal." : "";
  throw new OptionError(`${who}: signal: expected an AbortSignal, got ${show(signal)}.${cure}`);
}
