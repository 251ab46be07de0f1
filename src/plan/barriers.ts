// Where a team must wait for itself. A plan is a ring: what the last step leaves behind, the first one finds.

import type { Access, Step } from "../kernels.js";

/** Steps of one phase run without waiting; between phases, and after the last one, stands a barrier. */
export type Phases = readonly (readonly Step[])[];

/** One tensor of one parity; the two halves of a pair are told apart. */
interface Touch {
  readonly key: string;
  readonly split: string;
  readonly kind: Access["access"];
  readonly step: Step;
}

function touches(step: Step, parity: 0 | 1): Touch[] {
  const split = `${step.split.axis}:${step.split.extent}`;
  return step.arguments.flatMap((argument) => {
    if (typeof argument === "number" || argument.tensor.each) return [];
    const { tensor, access: kind, next } = argument;
    const half = tensor.alternate === undefined ? "" : `@${next ? 1 - parity : parity}`;
    return [{ key: tensor.name + half, split, kind, step }];
  });
}

/**
 * Two touches need a barrier between them: one writes, and they divide the tensor differently. Steps by `group` write columns of their
 * own and read all, as those by `each` do.
 */
function conflict(a: Touch, b: Touch): boolean {
  if (a.key !== b.key || (a.kind === "read" && b.kind === "read")) return false;
  if (a.kind === "flag" && b.kind === "flag") return false;
  if (a.split !== b.split) return true;
  return /^(each|group)/.test(a.split);
}

/**
 * Cuts steps into phases: a barrier goes before a step that reads a tensor written, or writes a tensor read or written,
 * since the last barrier under another split. The last phase ends in a barrier, so that the ring is closed.
 */
export function insertBarriers(steps: readonly Step[]): Phases {
  const phases: Step[][] = [[]];
  let since: Touch[] = [];
  for (const step of steps) {
    const mine = touches(step, 0);
    if (mine.some((touch) => since.some((earlier) => conflict(earlier, touch)))) {
      phases.push([]);
      since = [];
    }
    phases.at(-1)!.push(step);
    since.push(...mine);
  }
  return phases;
}

/**
 * The races of a plan, as sentences; none if it is right. `barriers[i]` says whether a barrier stands behind phase i. Two turns
 * of the ring are walked, one per parity, and every pair of steps without a barrier between them is compared.
 */
export function findRaces(phases: Phases, barriers: readonly boolean[] = phases.map(() => true)): string[] {
  const races = new Set<string>();
  let open: Touch[] = [];
  for (const parity of [0, 1, 0] as const) {
    phases.forEach((phase, i) => {
      for (const step of phase) {
        const mine = touches(step, parity);
        for (const touch of mine) {
          for (const earlier of open) {
            if (earlier.step !== step && conflict(earlier, touch)) races.add(sentence(earlier, touch));
          }
        }
        open.push(...mine);
      }
      if (barriers[i]) open = [];
    });
  }
  return [...races];
}

const verb = { read: "reads", write: "writes", update: "updates", flag: "marks" };
const sentence = (a: Touch, b: Touch) =>
  `${b.step.kernel} ${verb[b.kind]} ${b.key.replace(/@.$/, "")} by ${b.split} while ${a.step.kernel} ${verb[a.kind]} it by ${a.split}`;

/** A plan as text, one step a line, for snapshots and readers. */
export function printPlan(phases: Phases): string {
  const argument = (value: Step["arguments"][number]) => {
    if (typeof value === "number") return String(value);
    const { tensor, access, offset, next } = value;
    const mark = { read: "", write: "=", update: "+=", flag: "!" }[access];
    return `${mark}${tensor.name}${next ? "'" : ""}${offset ? `+${offset}` : ""}`;
  };
  const line = ({ kernel, split, arguments: args }: Step) => {
    const shared = split.axis === "once" || split.axis === "each" ? split.axis : `${split.axis}:${split.extent}`;
    return `${kernel.padEnd(26)} ${shared.padEnd(15)} ${args.map(argument).join(" ")}`;
  };
  return `${phases.map((steps) => steps.map(line).join("\n")).join("\n--- barrier\n")}\n--- barrier`;
}
