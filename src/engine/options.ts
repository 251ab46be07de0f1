// What a fit is told, and what it reports.

import type { BatchSizeSpec } from "../schedules/batchsizes.js";
import type { PlateauState } from "../schedules/plateau.js";
import type { EarlyStoppingSpec, StopReason } from "../spec.js";
import type { OnNonFinite, SetbackReport } from "./setbacks.js";
import type { Wanted } from "./stream.js";

/** A fit's options as they cross to the workers: plain, checked, defaults filled in. */
export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Rows of an update, whose gradients come from batches of batchSize rows. */
  readonly updateRows: number;
  /** The most of both, where a schedule chooses for each epoch; with what earlier results have made of it. */
  readonly batchSizes: { readonly spec: BatchSizeSpec; readonly growth: PlateauState } | null;
  readonly shuffle: boolean;
  /** Rows of each of the two windows that a stream comes in through; null where all rows are in memory. */
  readonly windowRows: number | null;
  /** Each epoch draws every class equally often. */
  readonly balanced: boolean;
  /** The parameter of the distribution that shares of mixed rows are drawn from; 0 for none. */
  readonly mixup: number;
  readonly initialEpoch: number | null;
  readonly validationFreq: number;
  readonly stepsPerEpoch: number | null;
  /** Each update is told. */
  readonly batchLogs: boolean;
  readonly maxSteps: number | null;
  readonly maxTime: number | null;
  readonly earlyStopping: EarlyStoppingSpec | null;
  readonly onNonFinite: OnNonFinite;
  readonly profile: boolean;
}

export interface FitReport extends SetbackReport {
  readonly stopped: StopReason;
  readonly steps: number;
  readonly bestEpoch?: number;
  /** The rows that a fit parked for. */
  readonly wanted?: Wanted;
  readonly growth?: PlateauState;
}
