// Recurrent layers in float64, written plainly, and the sizes of what their kernels keep.
import { stride } from "../oracle.js";

export const CELLS = ["tanh", "sigmoid", "relu", "linear", "lstm", "gru"] as const;

export interface Case {
  cell: (typeof CELLS)[number];
  B: number;
  steps: number;
  U: number;
  /** Outputs of all steps, in or against their order, two of them side by side; else the last alone. */
  all?: "along" | "against";
  bias?: boolean;
  /** Steps that do not count, in or against the order of the steps. */
  mask?: "along" | "against";
  /** What sequences begin with: h, or h and c; else zeros. */
  first?: "h" | "hc";
  /** The last c of an lstm has a gradient of its own. */
  last?: true;
}

export const cases: Case[] = CELLS.flatMap((cell) => [
  { cell, B: 1, steps: 1, U: 1 },
  { cell, B: 7, steps: 4, U: 3, all: "along", bias: true },
  { cell, B: 3, steps: 3, U: 5, all: "against", mask: "along" },
  { cell, B: 2, steps: 3, U: 8, bias: true, mask: "against" },
  { cell, B: 2, steps: 2, U: 10, all: "along", mask: "along" },
  { cell, B: 2, steps: 2, U: 13, bias: true },
  { cell, B: 3, steps: 1, U: 6, bias: true, first: "h" },
  { cell, B: 3, steps: 3, U: 9, all: "along", first: cell === "lstm" ? "hc" : "h" },
  { cell, B: 4, steps: 2, U: 4, bias: true, mask: "along", first: cell === "lstm" ? "hc" : "h" },
  ...(cell === "lstm"
    ? [{ cell, B: 3, steps: 3, U: 7, bias: true, mask: "along", first: "hc", last: true } as const]
    : []),
]);

const gatesOf = ({ cell }: Case) => ({ lstm: 4, gru: 3 })[cell as string] ?? 1;
/** Lengths in floats: of a step's gates, of a state, and of the rows. */
export function sizes(c: Case) {
  const S = stride(c.U);
  const columns = gatesOf(c) * c.U;
  const [width, state] = [stride(columns), c.cell === "lstm" ? 2 * S : S];
  const products = (c.cell === "gru" ? c.steps : 1) * width + 8;
  const apart = c.all ? 2 * c.U * (c.all === "along" ? 1 : -1) : 0;
  return {
    ...{ S, columns, width, state, products, apart },
    states: (c.steps + 1) * state,
    gates: c.steps * width + 8,
    out: c.all ? stride(2 * c.steps * c.U) : S,
    /** Where the first step's output is. */
    first: c.all === "against" ? 2 * (c.steps - 1) * c.U : 0,
    maskFirst: c.mask === "against" ? c.steps - 1 : 0,
    maskApart: c.mask === "against" ? -1 : 1,
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const simple: Record<string, (x: number) => number> = {
  tanh: Math.tanh,
  sigmoid,
  relu: (x) => Math.max(0, x),
  linear: (x) => x,
};

export type Values = ArrayLike<number>;
interface Sequence {
  /** After each step, the first before it: h, c. */
  h: number[][];
  c: number[][];
  /** Values of the gates, and sums of the products. */
  gates: number[][];
  products: number[][];
}

/** One sequence: x[k * columns + j] are the input's sums; `extra` is added to the products. */
export function run(
  c: Case,
  x: Values,
  weight: (u: number, j: number) => number,
  bias: Values | undefined,
  counts: (k: number) => boolean,
  first: readonly Values[],
  extra?: Values,
): Sequence {
  const { U, cell } = c;
  const { columns } = sizes(c);
  const zeros = () => new Array<number>(U).fill(0);
  const [h0, c0] = [first[0], first[1]].map((values) => (values ? Array.from(values) : zeros()));
  const result: Sequence = { h: [h0!], c: [c0!], gates: [], products: [] };
  for (let k = 0; k < c.steps; k++) {
    const [old, oldC] = [result.h[k]!, result.c[k]!];
    const product = Array.from({ length: columns }, (_, j) => {
      const sum = old.reduce((total, value, u) => total + value * weight(u, j), bias?.[j] ?? 0);
      return sum + (extra?.[k * columns + j] ?? 0);
    });
    const sum = (j: number) => x[k * columns + j]! + product[j]!;
    const gates = Array.from({ length: columns }, (_, j) => x[k * columns + j]!);
    const [h, cells] = [zeros(), zeros()];
    for (let u = 0; u < U; u++) {
      if (cell === "lstm") {
        const [i, f, g, o] = [sigmoid(sum(u)), sigmoid(sum(U + u)), Math.tanh(sum(2 * U + u)), sigmoid(sum(3 * U + u))];
        for (const [gate, value] of [i, f, g, o].entries()) gates[gate * U + u] = value;
        cells[u] = f * oldC[u]! + i * g;
        h[u] = o * Math.tanh(cells[u]!);
      } else if (cell === "gru") {
        const [z, r] = [sigmoid(sum(u)), sigmoid(sum(U + u))];
        const n = Math.tanh(x[k * columns + 2 * U + u]! + r * product[2 * U + u]!);
        for (const [gate, value] of [z, r, n].entries()) gates[gate * U + u] = value;
        h[u] = z * old[u]! + (1 - z) * n;
      } else h[u] = simple[cell]!(sum(u));
    }
    const on = counts(k);
    result.h.push(on ? h : old);
    result.c.push(on ? cells : oldC);
    result.gates.push(on ? gates : Array.from({ length: columns }, (_, j) => x[k * columns + j]!));
    result.products.push(product);
  }
  return result;
}
