import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { ANY, generator, matrix, oracle, panelIndex, panels, SIZES, stride } from "../oracle.js";

const test = suite("listed");
/** Working memory of a worker: where no tensor of a case lies. */
const LISTS = 8 << 20;
/** Bytes of a table of values, as the kernel's own text has it, and of what gemm_pairs needs behind it. */
const VALUES = 1024;
const pairRoom = (B: number) => 4096 + 1024 + 128 * Math.ceil(B / 8) + 256 * (B + 8);

const round16 = (n: number) => (n + 15) & ~15;
const headOf = (width: number) => round16(width) + round16(2 * Math.ceil(width / 64));

/** A record as records.ts describes it, `bytes` long; what is behind its last place is anything. */
function recordOf(row: readonly number[], bytes: number): number[] {
  const record = new Array<number>(bytes).fill(ANY);
  const put16 = (at: number, value: number) => record.splice(at, 2, value & 255, value >> 8);
  record.fill(0, 0, headOf(row.length));
  row.forEach((byte, i) => {
    record[i] = byte;
  });
  const live = row.flatMap((byte, i) => (byte ? [i] : []));
  for (let cut = 64; cut < row.length + 64; cut += 64) {
    put16(round16(row.length) + cut / 32 - 2, live.filter((i) => i < cut).length);
  }
  for (const [place, i] of live.entries()) put16(headOf(row.length) + 2 * place, i);
  return record;
}
const recordBytes = (rows: readonly (readonly number[])[]) =>
  headOf(rows[0]!.length) + round16(2 * Math.max(...rows.map((row) => row.filter((byte) => byte).length)));

/** Rows of bytes, of which a share is not zero; so many neighbours are, or are not, together. */
function rowsOf(B: number, width: number, live: number, random: () => number, together = 4): number[][] {
  return Array.from({ length: B }, () => {
    let share = 0;
    return Array.from({ length: width }, (_, i) => {
      if (i % together === 0) share = Math.abs(random());
      return share < live ? 1 + Math.floor(Math.abs(random()) * 255) : 0;
    });
  });
}
/** As they lie in memory: a byte behind a record's last place may be any. */
const recordsOf = (rows: readonly (readonly number[])[], bytes = recordBytes(rows)) =>
  Uint8Array.from(rows.flatMap((row) => recordOf(row, bytes).map((byte) => (byte === ANY ? 255 : byte))));

interface Rows {
  B: number;
  width: number;
  units: number;
  live: number;
  together?: number;
  /** False where lists do not pay, or have no room. */
  listed: boolean;
}
const lists: Rows[] = [
  { B: 9, width: 300, units: 33, live: 0.2, listed: true },
  { B: 40, width: 784, units: 64, live: 0.2, listed: true },
  { B: 17, width: 333, units: 100, live: 0.4, listed: true },
  { B: 12, width: 256, units: 10, live: 0.1, listed: true },
  { B: 3, width: 4000, units: 40, live: 0, listed: true },
  // For few units fewer values may be there.
  { B: 17, width: 333, units: 10, live: 0.4, listed: false },
  // Neighbours that are zero each for itself have lists of their own.
  { B: 40, width: 300, units: 33, live: 0.2, together: 1, listed: false },
  { B: 9, width: 300, units: 33, live: 0.8, listed: false },
  // No room beside bytes and counts.
  { B: 60, width: 33, units: 33, live: 0.25, listed: true },
  { B: 900, width: 8, units: 33, live: 0.25, listed: false },
];

oracle<Rows>(test, {
  kernel: "list_rows",
  cases: lists,
  tensors({ B, width, live, together }, random) {
    const data = new Uint8Array(4 * B * width);
    data.set(rowsOf(B, width, live, random, together).flat());
    return { result: { data: new Int32Array(1), write: true }, data: { data } };
  },
  args: ({ B, width, units }, p) => [p("result"), p("data"), B * width, width, units],
  extent: () => 1,
  expected({ B, width, listed }, { data }) {
    const before = Array.from(data!);
    if (!listed) return { result: [0], data: before };
    const rows = Array.from({ length: B }, (_, b) => before.slice(b * width, (b + 1) * width));
    const bytes = recordBytes(rows);
    const records = rows.flatMap((row) => recordOf(row, bytes));
    return { result: [bytes], data: [...records, ...before.slice(records.length)] };
  },
  tolerance: 0,
});

const [N, CURSOR] = [23, 2];
const batches = [...SIZES, 20].flatMap((B) => [40, 300].map((width) => ({ B, width })));
oracle(test, {
  kernel: "gather_listed",
  cases: batches,
  tensors({ B, width }, random) {
    const data = recordsOf(rowsOf(N, width, 0.3, random));
    const order = Int32Array.from({ length: CURSOR + B }, () => Math.floor(Math.abs(random()) * N));
    return {
      data: { data },
      order: { data: order },
      cursor: { data: Int32Array.of(CURSOR) },
      out: { data: new Uint8Array((B * data.length) / N), write: true },
    };
  },
  args: (c, p) => {
    const record = recordBytes(rowsOf(N, c.width, 0.3, generator(1 + batches.indexOf(c))));
    return [p("out"), p("data"), p("order"), p("cursor"), c.width, record];
  },
  extent: ({ B }) => B,
  expected({ B, width }, { data, order }) {
    const record = data!.length / N;
    const out = new Array<number>(B * record).fill(ANY);
    for (let b = 0; b < B; b++) {
      const from = order![CURSOR + b]! * record;
      const last = from + round16(width) + 2 * (Math.ceil(width / 64) - 1);
      const used = headOf(width) + 2 * (data![last]! + 256 * data![last + 1]!);
      for (let i = 0; i < used; i++) out[b * record + i] = data![from + i]!;
    }
    return { out };
  },
  tolerance: 0,
});

interface Case {
  B: number;
  I: number;
  O: number;
  live: number;
  kind: 0 | 1;
  bias?: boolean;
}
const cases: Case[] = [
  ...[1, 5, 8, 31, 32, 33, 70].flatMap((B, i): Case[] =>
    [33, 80, 300].flatMap((I, j) =>
      [3, 8, 24, 33, 64, 75].map((O, k) => ({
        ...{ B, I, O, live: 0.25, kind: ((i + j + k) % 2) as 0 | 1, bias: (i + k) % 3 !== 0 },
      })),
    ),
  ),
  // Several blocks of columns; nothing at all; everything.
  { B: 6, I: 1000, O: 41, live: 0.3, kind: 1, bias: true },
  { B: 40, I: 257, O: 40, live: 0, kind: 1, bias: true },
  { B: 40, I: 257, O: 40, live: 1, kind: 0 },
];
const worth = (kind: number, byte: number) => Math.fround(kind ? byte / 255 : byte);
/** Long whole numbers have sums of as many digits less behind the point. */
const factor = ({ kind }: Case) => (kind ? 1 : 1 / 256);
const madeRows = ({ B, I, live }: Case, random: () => number) => rowsOf(B, I, live, random);
/** The rows of a case's input, from its records. */
const rowsIn = ({ B, I }: Case, inp: ArrayLike<number>) => {
  const record = inp.length / B;
  return Array.from({ length: B }, (_, b) => Array.from({ length: I }, (_, i) => inp[b * record + i]!));
};
/** `record` of a case, whose input is made first. */
const recordIn = (c: Case) => recordBytes(madeRows(c, generator(1 + cases.indexOf(c))));

// The same product, shared by rows or by groups of 32 units.
for (const byUnits of [false, true]) {
  oracle<Case>(test, {
    kernel: byUnits ? "listed_forward_units" : "listed_forward",
    cases,
    tensors(c, random) {
      const { B, I, O, bias } = c;
      const scaled = () => random() * factor(c);
      return {
        inp: { data: recordsOf(madeRows(c, random)) },
        weight: { data: panels(I, O, scaled) },
        ...(bias ? { bias: { data: matrix(1, O, random) } } : {}),
        out: { data: new Float32Array(B * stride(O)), write: true },
      };
    },
    args: (c, p) => [
      ...[p("out"), p("inp"), p("weight"), c.bias ? p("bias") : 0, LISTS],
      ...[...(byUnits ? [c.B] : []), c.I, c.O, stride(c.O), recordIn(c), c.kind],
    ],
    extent: ({ B, O }) => (byUnits ? Math.ceil(O / 32) : B),
    expected: (c, { inp, weight, bias }) => {
      const { B, I, O, kind } = c;
      const out = new Float64Array(B * stride(O));
      rowsIn(c, inp!).forEach((row, b) => {
        for (let o = 0; o < O; o++) {
          let sum = bias?.[o] ?? 0;
          for (let i = 0; i < I; i++) sum += worth(kind, row[i]!) * weight![panelIndex(i, o, I)]!;
          out[b * stride(O) + o] = sum;
        }
      });
      return { out };
    },
  });
}

oracle<Case>(test, {
  kernel: "listed_backward_kernel",
  cases,
  tensors(c, random) {
    const { B, I, O } = c;
    return {
      inp: { data: recordsOf(madeRows(c, random)) },
      dout: { data: matrix(B, O, () => random() * factor(c)) },
      dweight: { data: new Float32Array(stride(I) * stride(O)) },
    };
  },
  args: (c, p) => [...[p("dweight"), p("inp"), p("dout"), LISTS], ...[c.B, c.I, recordIn(c), stride(c.O), c.kind]],
  extent: ({ I, O }) => (stride(I) * stride(O)) / 64,
  expected: (c, { inp, dout }) => {
    const { I, O, kind } = c;
    const dweight = new Float64Array(stride(I) * stride(O));
    rowsIn(c, inp!).forEach((row, b) => {
      for (let i = 0; i < I; i++)
        for (let o = 0; o < O; o++) dweight[panelIndex(i, o, I)]! += worth(kind, row[i]!) * dout![b * stride(O) + o]!;
    });
    return { dweight };
  },
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`products are those of the dense kernels on floats, bit for bit, within their room (${name})`, () => {
    for (const c of cases) {
      const { B, I, O, kind } = c;
      const random = generator(5);
      let end = base;
      const put = (data: Float32Array | Uint8Array) => {
        const at = end;
        new Uint8Array(memory.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
        end = (end + data.byteLength + 63) & ~63;
        return at;
      };
      const rows = madeRows(c, random);
      const record = recordBytes(rows);
      const listed = put(recordsOf(rows));
      const floats = put(matrix(B, I, (b, i) => worth(kind, rows[b]![i]!)));
      const weight = put(panels(I, O, random));
      const bias = put(matrix(1, O, (_, o) => (o % 3 ? random() : -0)));
      const dout = put(matrix(B, O, random));
      const size = stride(I) * stride(O);
      const [out, listedOut] = [put(new Float32Array(B * stride(O))), put(new Float32Array(B * stride(O)))];
      const [dweight, listedDweight] = [put(new Float32Array(size)), put(new Float32Array(size))];
      const room = VALUES + pairRoom(B);
      const lists = put(new Uint8Array(room + 64).fill(165));
      const isKept = (from: number) =>
        new Uint8Array(memory.buffer, lists + from, room + 64 - from).every((byte) => byte === 165);
      const sizes = [I, O, stride(O)] as const;
      kernels.dense_forward(out, floats, weight, bias, ...sizes, stride(I), 0, B);
      kernels.listed_forward(listedOut, listed, weight, bias, lists, ...sizes, record, kind, 0, B);
      assert.ok(isKept(VALUES), "forward, behind its room");
      kernels.dense_backward_kernel(dweight, floats, dout, B, I, stride(I), stride(O), 0, size / 64);
      const blocks = [0, size / 64] as const;
      kernels.listed_backward_kernel(listedDweight, listed, dout, lists, B, I, record, stride(O), kind, ...blocks);
      assert.ok(isKept(room), "gradient, behind its room");
      const bits = (at: number, count: number) => Array.from(new Int32Array(memory.buffer, at, count));
      assert.equal(bits(listedOut, B * stride(O)), bits(out, B * stride(O)), JSON.stringify(c));
      assert.equal(bits(listedDweight, size), bits(dweight, size), JSON.stringify(c));
    }
  });
}

test.run();
