import { suite } from "uvu";
import { ANY, matrix, numericGradient, oracle, panelIndex, panels, stride } from "../oracle.js";
import { type Case, CELLS, cases, run, sizes, type Values } from "./sequences.js";

const test = suite("recurrent kernels");

/** Whether step k of row b counts. */
const counting = (c: Case, mask: Values | undefined) => (b: number) => (k: number) => {
  const { maskFirst, maskApart } = sizes(c);
  return mask?.[b * stride(c.steps) + maskFirst + k * maskApart] !== 0;
};
const weightOf = (c: Case, weight: Values) => (u: number, j: number) => weight[panelIndex(u, j, c.U)]!;
/** The sums of row b, without padding. */
const sumsOf = (c: Case, x: Values, b: number) => {
  const { columns, width, gates } = sizes(c);
  return Array.from(
    { length: c.steps * columns },
    (_, i) => x[b * gates + Math.floor(i / columns) * width + (i % columns)]!,
  );
};
/** Rows of steps: value(b, k, j) for j < columns, zero in padding; what is behind the steps is not looked at. */
function rowsOf(
  c: Case,
  length: number,
  steps: number,
  size: number,
  columns: number,
  value: (b: number, k: number, j: number) => number,
): number[] {
  const data = new Array<number>(c.B * length).fill(ANY);
  for (let b = 0; b < c.B; b++)
    for (let k = 0; k < steps; k++)
      for (let j = 0; j < size; j++) data[b * length + k * size + j] = j < columns ? value(b, k, j) : 0;
  return data;
}
/** The same as float32, zero where it is not looked at. */
const filled = (values: number[]) => Float32Array.from(values, (value) => (typeof value === "number" ? value : 0));
const maskTensor = (c: Case, random: () => number): Record<string, { data: Float32Array }> =>
  c.mask ? { mask: { data: matrix(c.B, c.steps, () => (random() < 0 ? 0 : 1)) } } : {};
const firstTensors = (c: Case, random: () => number): Record<string, { data: Float32Array }> =>
  Object.fromEntries([...(c.first ?? "")].map((name) => [`${name}0`, { data: matrix(c.B, c.U, random) }]));
/** What row b begins with. */
const firstOf = (c: Case, { h0, c0 }: Record<string, Values>, b: number) =>
  [h0, c0].flatMap((values) => (values ? [Array.from({ length: c.U }, (_, u) => values[b * stride(c.U) + u]!)] : []));
const pointersOf = (c: Case, p: (name: string) => number, names: readonly string[]) =>
  names.map((name, i) => (i < (c.first ?? "").length ? p(name) : 0));
/** Floats of a row that a backward pass carries. */
const carryOf = (c: Case) => (c.last ? 4 : 3) * sizes(c).S;
const tail = (c: Case) => {
  const { apart, maskApart } = sizes(c);
  return [CELLS.indexOf(c.cell), c.steps, c.U, apart, maskApart];
};

oracle(test, {
  kernel: "recurrent_forward",
  cases,
  tensors(c, random) {
    const { columns, width, gates, states, products, out } = sizes(c);
    return {
      out: { data: new Float32Array(c.B * out), write: true },
      states: { data: new Float32Array(c.B * states), write: true },
      gates: { data: filled(rowsOf(c, gates, c.steps, width, columns, () => 2 * random())) },
      products: { data: new Float32Array(c.B * products), write: true },
      weight: { data: panels(c.U, columns, random) },
      ...(c.bias ? { bias: { data: matrix(1, columns, random) } } : {}),
      ...maskTensor(c, random),
      ...firstTensors(c, random),
    };
  },
  args(c, p) {
    const { first, maskFirst, out, states, gates, products } = sizes(c);
    const pointers = [
      p("out") + 4 * first,
      p("states"),
      p("gates"),
      p("products"),
      p("weight"),
      c.bias ? p("bias") : 0,
    ];
    const mask = c.mask ? p("mask") + 4 * maskFirst : 0;
    const given = pointersOf(c, p, ["h0", "c0"]);
    return [...pointers, mask, ...given, ...tail(c), out, states, gates, products, stride(c.steps), stride(c.U)];
  },
  extent: ({ B }) => B,
  expected(c, { gates, weight, bias, mask, ...given }) {
    const { columns, width, S, state, apart, first, ...length } = sizes(c);
    const all = Array.from({ length: c.B }, (_, b) =>
      run(c, sumsOf(c, gates!, b), weightOf(c, weight!), bias, counting(c, mask)(b), firstOf(c, given, b)),
    );
    const out = new Array<number>(c.B * length.out).fill(ANY);
    all.forEach(({ h }, b) => {
      for (let k = c.all ? 0 : c.steps - 1; k < c.steps; k++)
        for (let u = 0; u < c.U; u++) out[b * length.out + first + k * apart + u] = h[k + 1]![u]!;
    });
    return {
      out,
      states: rowsOf(c, length.states, c.steps + 1, state, state, (b, k, j) => {
        const u = j % S;
        if (u >= c.U) return u < Math.ceil(c.U / 4) * 4 || k === 0 ? 0 : ANY;
        return all[b]![j < S ? "h" : "c"][k]![u]!;
      }),
      gates: rowsOf(c, length.gates, c.steps, width, columns, (b, k, j) => all[b]!.gates[k]![j]!),
      ...(c.cell === "gru"
        ? { products: rowsOf(c, length.products, c.steps, width, columns, (b, k, j) => all[b]!.products[k]![j]!) }
        : {}),
    };
  },
});

oracle(test, {
  kernel: "recurrent_backward",
  cases,
  tensors(c, random) {
    const { columns, width, gates, states, products, out, S, state, apart, first } = sizes(c);
    const mask = maskTensor(c, random);
    const x = rowsOf(c, gates, c.steps, width, columns, () => 2 * random());
    const weight = panels(c.U, columns, random);
    const bias = c.bias ? matrix(1, columns, random) : undefined;
    const given = firstTensors(c, random);
    const { h0, c0 } = given;
    const begins = { ...(h0 && { h0: h0.data }), ...(c0 && { c0: c0.data }) };
    const all = Array.from({ length: c.B }, (_, b) =>
      run(c, sumsOf(c, x, b), weightOf(c, weight), bias, counting(c, mask.mask?.data)(b), firstOf(c, begins, b)),
    );
    const fill = (values: number[]) => ({ data: filled(values) });
    const dout = matrix(c.B, out, () => 0);
    for (let b = 0; b < c.B; b++)
      for (let k = c.all ? 0 : c.steps - 1; k < c.steps; k++)
        for (let u = 0; u < c.U; u++) dout[b * out + first + k * apart + u] = random();
    return {
      gates: fill(rowsOf(c, gates, c.steps, width, columns, (b, k, j) => all[b]!.gates[k]![j]!)),
      products: fill(
        c.cell === "gru"
          ? rowsOf(c, products, c.steps, width, columns, (b, k, j) => all[b]!.products[k]![j]!)
          : new Array(c.B * products).fill(0),
      ),
      carry: {
        data: Float32Array.from({ length: c.B * carryOf(c) }, (_, i) => (i % carryOf(c) < 3 * S ? 0 : random())),
        ...(c.last ? {} : { write: true }),
      },
      dout: { data: dout },
      states: fill(
        rowsOf(c, states, c.steps + 1, state, state, (b, k, j) =>
          j % S < c.U ? all[b]![j < S ? "h" : "c"][k]![j % S]! : 0,
        ),
      ),
      weight_t: { data: panels(columns, c.U, (j, u) => weight[panelIndex(u, j, c.U)]!) },
      ...Object.fromEntries(
        Object.keys(given).map((name) => [`d${name}`, { data: new Float32Array(c.B * stride(c.U)), write: true }]),
      ),
      // What the kernel does not read, for the oracle: the sums, the bias and the first states.
      x: { data: filled(x) },
      ...given,
      ...(bias ? { bias: { data: bias } } : {}),
      ...mask,
    };
  },
  args(c, p) {
    const { first, maskFirst, out, states, gates, products } = sizes(c);
    const pointers = [p("gates"), p("products"), p("carry"), p("dout") + 4 * first, p("states"), p("weight_t")];
    const mask = c.mask ? p("mask") + 4 * maskFirst : 0;
    const given = pointersOf(c, p, ["dh0", "dc0"]);
    const strides = [out, states, gates, products, stride(c.steps), carryOf(c), stride(c.U)];
    return [...pointers, mask, ...given, ...tail(c), ...strides, c.last ? 1 : 0];
  },
  extent: ({ B }) => B,
  expected(c, { x, bias, weight_t, dout, mask, carry, ...given }) {
    const { columns, width, apart, first, ...length } = sizes(c);
    const weight = (u: number, j: number) => weight_t![panelIndex(j, u, columns)]!;
    const gradients = Array.from({ length: c.B }, (_, b) => {
      const counts = counting(c, mask)(b);
      const sums = Float64Array.from(sumsOf(c, x!, b));
      const begins = firstOf(c, given, b);
      const value = (values: Float64Array, extra?: Float64Array, start: readonly Values[] = begins) => {
        const { h, c: cells } = run(c, values, weight, bias, counts, start, extra);
        let total = 0;
        if (c.last)
          for (let u = 0; u < c.U; u++) total += cells[c.steps]![u]! * carry![b * carryOf(c) + 3 * length.S + u]!;
        for (let k = c.all ? 0 : c.steps - 1; k < c.steps; k++)
          for (let u = 0; u < c.U; u++) total += h[k + 1]![u]! * dout![b * length.out + first + k * apart + u]!;
        return total;
      };
      return {
        gates: numericGradient((values) => value(values), sums),
        products:
          c.cell === "gru" ? numericGradient((extra) => value(sums, extra), new Float64Array(sums.length)) : sums,
        first: begins.map((values, i) => {
          const moved = (other: Float64Array) => begins.map((same, j) => (j === i ? other : same));
          return numericGradient((other) => value(sums, undefined, moved(other)), Float64Array.from(values));
        }),
      };
    });
    const rows = (of: "gates" | "products") =>
      rowsOf(c, length[of], c.steps, width, columns, (b, k, j) => gradients[b]![of][k * columns + j]!);
    const firsts = [...(c.first ?? "")].map((name, i) => [
      `d${name}0`,
      Array.from({ length: c.B * stride(c.U) }, (_, at) => {
        const u = at % stride(c.U);
        return u < c.U ? gradients[Math.floor(at / stride(c.U))]!.first[i]![u]! : ANY;
      }),
    ]);
    return {
      gates: rows("gates"),
      ...(c.cell === "gru" ? { products: rows("products") } : {}),
      ...(c.last ? { carry: Array.from(carry!, (v, i) => (i % carryOf(c) < 3 * length.S ? ANY : v)) } : {}),
      ...Object.fromEntries(firsts),
    };
  },
});

test.run();
