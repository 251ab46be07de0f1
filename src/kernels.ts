// Typed kernel calls. A step is data: a kernel's name, its arguments, and the axis along which workers share it.
import type { instantiate } from "../build/kernels.strict.js";
import type { Tensor } from "./arena.js";

type Exports = Awaited<ReturnType<typeof instantiate>>;

/** Every kernel, as the build declares it: `(…pointers, …sizes, from, to) => void`. */
export type Kernels = Omit<Exports, "memory">;
export type KernelName = keyof Kernels;

/** How a step uses a tensor; `flag` is an idempotent mark that any worker may set. */
export interface Access {
  readonly tensor: Tensor;
  readonly access: "read" | "write" | "update" | "flag";
  /** Bytes from the tensor's start. */
  readonly offset: number;
  /** The half of a pair that the next step will use. */
  readonly next?: true;
}
export type Argument = number | Access;

export const reads = (tensor: Tensor, offset = 0): Access => ({ tensor, access: "read", offset });
export const writes = (tensor: Tensor): Access => ({ tensor, access: "write", offset: 0 });
export const updates = (tensor: Tensor): Access => ({ tensor, access: "update", offset: 0 });
export const writesNext = (tensor: Tensor): Access => ({ tensor, access: "write", offset: 0, next: true });
export const flags = (tensor: Tensor, offset: number): Access => ({ tensor, access: "flag", offset });

/**
 * The axis along which workers share a step: rows of the batch, units of a parameter, its panels of 8 columns, its rows, groups of 32
 * of a dense layer's outputs, groups of 8 channels where a layer needs sums over the batch before the next one can run, the rows of all
 * workers before or behind it (`below`, `above`), or nothing: the lead alone (`once`), or every worker the whole (`each`).
 */
export interface Split {
  readonly axis: "above" | "batch" | "below" | "channel" | "group" | "parameter" | "panel" | "row" | "once" | "each";
  readonly extent: number;
  /** What the kernel counts for each of them: rows of one step, of which a row of the batch has several. Default 1. */
  readonly times?: number;
}

/** Rows of the batch, or of `times` steps for each. */
export const rowsOf = (rows: number, times = 1): Split => ({ axis: "batch", extent: rows, times });

/** What the host does between kernels: see engine/hooks. */
export type HookName = "collect" | "guard" | "decide";

export interface Step {
  readonly kernel: KernelName | HookName;
  readonly split: Split;
  readonly arguments: readonly Argument[];
  /** Floating-point operations of the whole step, where they are what counts. */
  readonly flops?: number;
}

/** A step that says what it computes, for profiles. */
export const withFlops = (flops: number, step: Step): Step => ({ ...step, flops });

type Arguments<P extends readonly unknown[]> = P extends readonly [...infer Head, unknown, unknown]
  ? { [K in keyof Head]: Argument }
  : never;

/** A step; misspelt kernels and wrong argument counts are type errors. `from, to` are added when it is linked. */
export const step = <K extends KernelName>(
  kernel: K,
  split: Split,
  ...args: Arguments<Parameters<Kernels[K]>>
): Step => ({
  kernel,
  split,
  arguments: args as readonly Argument[],
});

/** A step of the host: on the lead alone, or on every worker. Its arguments only say what it touches. */
export const hook = (kernel: HookName, axis: "once" | "each", ...touched: Access[]): Step => ({
  kernel,
  split: { axis, extent: 1 },
  arguments: touched,
});

/** The share of worker `index` of `count` in 0..extent. */
export const shareOf = (extent: number, index: number, count: number): [from: number, to: number] => [
  Math.floor((extent * index) / count),
  Math.floor((extent * (index + 1)) / count),
];

/** The same share for a whole split; a `once` step belongs to the first worker, the lead. */
export function rangeOf({ axis, extent, times = 1 }: Split, index: number, count: number): [from: number, to: number] {
  if (axis === "once") return index === 0 ? [0, extent] : [0, 0];
  const [first, end] = shareOf(extent, index, count);
  const from = axis === "above" ? end : axis === "each" || axis === "below" ? 0 : first;
  const to = axis === "below" ? first : axis === "each" || axis === "above" ? extent : end;
  return [from * times, to * times];
}

/** Where an argument points, for steps of this parity and this worker. */
export function address(argument: Argument, parity: 0 | 1, index: number): number {
  if (typeof argument === "number") return argument;
  const { tensor, offset, next } = argument;
  const alternate = next ? parity === 0 : parity === 1;
  const base = alternate ? (tensor.alternate ?? tensor.pointer) : tensor.pointer;
  return base + offset + (tensor.each ?? 0) * index;
}

/** Takes the time of linked calls. */
export interface Profiler {
  wrap(step: Step, share: number, call: () => void): () => void;
}

/** One worker's part of a plan: calls between barriers. */
export type Linked = readonly (readonly (() => void)[])[];

/** Phases of steps -> calls for one worker; steps in which it has no part are left out. */
export function link(
  kernels: Kernels,
  hooks: Readonly<Partial<Record<HookName, () => void>>>,
  phases: readonly (readonly Step[])[],
  parity: 0 | 1,
  index: number,
  count: number,
  profile?: Profiler,
): Linked {
  return phases.map((steps) =>
    steps.flatMap((step) => {
      const { kernel, split, arguments: args } = step;
      const [from, to] = rangeOf(split, index, count);
      if (from === to) return [];
      const kernelCall = kernels[kernel as KernelName] as (...values: number[]) => void;
      const call =
        hooks[kernel as HookName] ??
        kernelCall.bind(null, ...args.map((argument) => address(argument, parity, index)), from, to);
      const share = (to - from) / (split.extent * (split.times ?? 1));
      return [profile ? profile.wrap(step, share, call) : call];
    }),
  );
}
