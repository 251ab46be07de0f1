// Which of several kinds of model does best on rows that it was not trained on.

import { lookup, options } from "../check.js";
import { DivergedError } from "../errors.js";
import type { ModelInput, ModelTarget } from "../model/ports.js";
import { choose, type SelectionRow } from "./choose.js";
import { checkMonitor, type NamedCandidate, readList, type Values } from "./list.js";
import { type FoldedOptions, KNOWN, lanes, readRequest } from "./options.js";
import { summarizeFolds } from "./statistics.js";
import { type FoldResult, runTrials } from "./trials.js";

export interface SelectOptions<V> extends FoldedOptions {
  /**
   * What `evaluate` calls it; default "loss". The loss has the penalty in it: compare by "dataLoss" what differs in penalties.
   */
  monitor?: string;
  /** What counts as better; default max for accuracies, min for the rest. */
  mode?: "min" | "max" | "auto";
  /** Where the simplest candidate stands in the list: "first" (units from few to many) or "last" (penalties from 0 up). */
  simplest?: "first" | "last";
  /** Called on this thread as folds end, in whatever order. */
  onFold?: (fold: FoldResult, value: V) => void;
}

export interface Selection<V> {
  /** The row with the best mean; the first one where several are equal. Undefined if an abort left none complete. */
  best: SelectionRow<V> | undefined;
  /**
   * The simplest row whose mean is within one standard error of the best: `|mean - best mean| <= best deviation / sqrt(n)`, n
   * folds in all. What is better by less than that may be so by chance.
   */
  simplest: SelectionRow<V> | undefined;
  /** In the order of the candidates; those that an abort cut short are left out. */
  table: SelectionRow<V>[];
  monitor: string;
  mode: "min" | "max";
  seed: number;
  stopped: "completed" | "aborted";
}

/**
 * Cross-validates all candidates on the same folds with the same seeds, and tells the best one and the simplest one that is
 * about as good.
 *
 * Errors   those of crossValidate, but a candidate that diverges is only out of the choice; DivergedError if all do
 * Source   Breiman et al., Classification and Regression Trees, 1984 (the rule of one standard error)
 */
export function select<V>(
  candidates: Values<V>,
  x: ModelInput,
  y: ModelTarget,
  given?: SelectOptions<V>,
): Promise<Selection<V>>;
export function select(
  candidates: readonly NamedCandidate[],
  x: ModelInput,
  y: ModelTarget,
  given?: SelectOptions<string>,
): Promise<Selection<string>>;
export async function select<V>(
  given: Values<V> | readonly NamedCandidate[],
  x: ModelInput,
  y: ModelTarget,
  wanted: SelectOptions<V> = {},
): Promise<Selection<V>> {
  const who = "select";
  options(wanted, who, [...KNOWN, "monitor", "mode", "simplest"]);
  const { monitor = "loss", mode = "auto", simplest = "first" } = wanted;
  lookup({ min: 1, max: 1, auto: 1 }, mode, `${who}: mode`);
  lookup({ first: 1, last: 1 }, simplest, `${who}: simplest`);
  const list = readList<V>(given, wanted.compile, who);
  for (const each of list) checkMonitor(monitor, each, who);
  const request = readRequest(list[0]!.candidate, x, y, wanted, who);
  const { seed, trials: each } = request;
  const trials = list.flatMap(({ candidate }) => each.map((trial) => ({ ...trial, candidate })));
  const owner = (index: number) => Math.floor(index / each.length);
  /** By candidate: the first of its folds that diverged. Trials start in order, so this is the same whatever ends first. */
  const diverged = new Map<number, { index: number; error: DivergedError }>();
  const results = await runTrials(trials, request, lanes(request.parallel, trials.length), {
    done: (fold, index) => wanted.onFold?.(fold, list[owner(index)]!.value),
    wanted: (index) => !diverged.has(owner(index)),
    failed(error, index) {
      if (!(error instanceof DivergedError)) return false;
      const known = diverged.get(owner(index));
      if (!known || index < known.index) diverged.set(owner(index), { index, error });
      return true;
    },
  });
  const rows = list.map(({ value }, i): SelectionRow<V> => {
    const error = diverged.get(i)?.error;
    if (error) return { value, mean: {}, deviation: {}, folds: [], error };
    const folds = results.slice(i * each.length, (i + 1) * each.length).filter((result) => result !== undefined);
    return { value, ...summarizeFolds(folds), folds };
  });
  const errors = rows.flatMap(({ error }) => error ?? []);
  if (errors.length === rows.length) throw errors[0];
  const table = rows.filter(({ folds, error }) => error || folds.length === each.length);
  const stopped = table.length === rows.length ? "completed" : "aborted";
  const better = mode !== "auto" ? mode : /accuracy$/i.test(monitor) ? "max" : "min";
  return { ...choose(table, monitor, better, simplest), table, monitor, mode: better, seed, stopped };
}
