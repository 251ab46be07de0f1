// Batch sizes as fit takes them: a number, all rows, or a schedule.

import { integer } from "../check.js";
import type { FitOptions } from "../engine/options.js";
import { OptionError } from "../errors.js";
import { betterOf } from "../metrics/index.js";
import type { Program } from "../plan/program.js";
import { type BatchSizeSpec, batchSizeSpec, startGrowth } from "../schedules/batchsizes.js";
import type { PlateauState } from "../schedules/plateau.js";
import { checkMonitor } from "./callbacks.js";

export type BatchSize = number | "full" | BatchSizeSpec;

/** Rows of a full batch that are worked on at once. */
const MOST_AT_ONCE = 1024;

/** What plateaus made of a schedule's batch size in earlier fits; a compile makes another program, which begins anew. */
const grown = new WeakMap<Program, { readonly schedule: string; readonly growth: PlateauState }>();

/** OptionError unless it is a whole number >= 1, "full" or a schedule. */
export function readBatchSize(given: unknown, who: string): BatchSize {
  if (given === "full") return given;
  if (given !== null && typeof given === "object") return batchSizeSpec(given, who, betterOf);
  return integer(given, who, { min: 1 });
}

/** Rows of the largest batch in memory, and of its update; `keys` are those of the logs that can be monitored. */
export function batchRows(
  program: Program,
  wanted: BatchSize,
  rows: number,
  keys: string[],
): Pick<FitOptions, "batchSize" | "updateRows" | "batchSizes"> {
  if (wanted === "full") return { batchSize: Math.min(MOST_AT_ONCE, rows), updateRows: rows, batchSizes: null };
  const { gradientAccumulationSteps = 1 } = program.training!.optimizerConfig;
  const spec = typeof wanted === "number" ? undefined : wanted;
  if (spec?.type === "plateauBatchSize") checkMonitor(spec, keys);
  const size = Math.min(spec?.maximum ?? (wanted as number), rows);
  const sizes = { batchSize: size, updateRows: size * gradientAccumulationSteps };
  const { optimizer, optimizerConfig } = program.training!;
  if (optimizer.pairs && (spec || sizes.updateRows < rows)) {
    const got = spec ? spec.type : `updates of ${sizes.updateRows}`;
    const expected = `expected all rows in one update with ${optimizerConfig.type}, which compares their gradients`;
    throw new OptionError(`fit: batchSize: ${expected}, got ${got}. Pass arrays and batchSize: "full", or take adam.`);
  }
  return { ...sizes, batchSizes: spec ? { spec, growth: growthOf(program, spec) } : null };
}

/** Where an earlier fit with the same schedule left it. */
function growthOf(program: Program, spec: BatchSizeSpec): PlateauState {
  const kept = grown.get(program);
  return kept?.schedule === keyOf(spec) ? kept.growth : startGrowth();
}

/** Keeps where a fit left its schedule. */
export function keepGrowth(program: Program, { batchSizes }: FitOptions, growth: PlateauState | undefined): void {
  if (batchSizes && growth) grown.set(program, { schedule: keyOf(batchSizes.spec), growth });
}

/** The same for the same options in any order. */
const keyOf = (spec: BatchSizeSpec): string =>
  JSON.stringify(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)));
