// Plans of a run, linked for this worker when they are first needed.

import type { Linked } from "../kernels.js";
import type { Phases } from "../plan/barriers.js";
import {
  applyPlan,
  backwardPlan,
  evaluatePlan,
  gradientsPlan,
  penaltyPlan,
  predictPlan,
  type TrainBatch,
  trainPlan,
} from "../plan/plan.js";
import type { Source } from "../plan/source.js";
import type { RunMemory } from "./memory.js";
import type { Profile } from "./profile.js";

/** A plan linked for both step parities. */
export type Twin = readonly [even: Linked, odd: Linked];

/** Plans that are kept. */
export const MOST_LINKED = 64;

export class Plans {
  readonly #run: RunMemory;
  readonly #linked = new Map<string, Twin>();
  /** What training asked for last: names are made for others only. */
  #last: (TrainBatch & { readonly source: Source; readonly twin: Twin }) | undefined;

  constructor(run: RunMemory) {
    this.#run = run;
  }

  #get(key: string, make: () => Phases): Twin {
    let twin = this.#linked.get(key);
    if (!twin) {
      const phases = make();
      twin = [this.#run.link(phases, 0), this.#run.link(phases, 1)];
      // The oldest goes, so that batches of ever new sizes do not heap up plans.
      if (this.#linked.size >= MOST_LINKED) this.#linked.delete(this.#linked.keys().next().value!);
      this.#linked.set(key, twin);
    }
    return twin;
  }

  train(source: Source, batch: TrainBatch): Twin {
    const { program, layout } = this.#run;
    const { rows, total, part } = batch;
    const last = this.#last;
    if (last?.source === source && last.rows === rows && last.total === total && last.part === part) return last.twin;
    const make = () => trainPlan(program, layout, source, batch);
    const twin = this.#get(`train ${key(source)} ${trainKey(batch)}`, make);
    this.#last = { rows, total, part, source, twin };
    return twin;
  }

  /** A training plan whose calls are timed; made anew for each run. */
  profiled(source: Source, batch: TrainBatch, profile: Profile): Twin {
    const phases = trainPlan(this.#run.program, this.#run.layout, source, batch);
    return [this.#run.link(phases, 0, profile), this.#run.link(phases, 1, profile)];
  }

  evaluate(source: Source, rows: number, classes: boolean): Linked {
    const { program, layout } = this.#run;
    const make = () => evaluatePlan(program, layout, source, rows, classes);
    return this.#get(`evaluate ${classes} ${key(source)} ${rows}`, make)[0];
  }

  /** Through all nodes, or those below `end`. */
  predict(source: Source, rows: number, end?: number): Linked {
    const { program, layout } = this.#run;
    const make = () => predictPlan(program, layout, source, rows, end).phases;
    return this.#get(`predict ${end} ${key(source)} ${rows}`, make)[0];
  }

  gradients(source: Source, rows: number, from: "loss" | "output", training: boolean): Linked {
    const { program, layout } = this.#run;
    const make = from === "loss" ? gradientsPlan : backwardPlan;
    const name = `${from} ${training} ${key(source)} ${rows}`;
    return this.#get(name, () => make(program, layout, source, rows, training))[0];
  }

  apply(): Linked {
    const { program, layout } = this.#run;
    return this.#get("apply", () => applyPlan(program, layout))[0];
  }

  penalty(): Linked {
    return this.#get("penalty", () => penaltyPlan(this.#run.layout))[0];
  }
}

/** Batches of the same key have the same plan. */
export const trainKey = ({ rows, total, part }: TrainBatch): string => `${rows} ${total} ${part}`;
const key = ({ x, types, records, order }: Source) => `${x[0]!.name} ${types} ${records} ${order.pointer}`;
