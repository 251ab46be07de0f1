import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, dropout, input, sequential } from "../../src/index.js";
import type { LayerSpec } from "../../src/layers/index.js";
import { listScratch } from "../../src/layers/sparse.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { generator, matrix, oracle, panelIndex, panels, stride } from "../oracle.js";
import { type Case, cases, sparse } from "./zeros.js";

const test = suite("sparse");
/** Working memory of a worker: where no tensor of a case lies. */
const LISTS = 8 << 20;

/** Bytes of lists of rows of I values, as the kernel's own text has it. */
const rowRoom = ({ B, I, tight }: Case) => 4096 + 4 * B * (Math.ceil(I / 128) + 1) + 2 * (I + 16) * (tight ? 1 : B);
/** Bytes of those of 64 columns, or 4, and of every two of 256. */
const columnRoom = ({ B, tight }: Case) => 256 + 512 + 8 * (B + 4) * (tight ? 4 : 64);
const pairRoom = ({ B }: Case) => 4096 + 1024 + 128 * Math.ceil(B / 8) + 256 * (B + 8);
/** What lies behind the last column is no value. */
function inputs({ B, I, live, together }: Case, random: () => number): Float32Array {
  const data = matrix(B, I, sparse(live, random, together));
  for (let b = 0; b < B; b++) data.fill(Number.NaN, b * stride(I) + I, (b + 1) * stride(I));
  return data;
}

// The same product, shared by rows or by groups of 32 units.
for (const byUnits of [false, true]) {
  oracle(test, {
    kernel: byUnits ? "sparse_forward_units" : "sparse_forward",
    cases,
    tensors(c, random) {
      const { B, I, O, bias } = c;
      return {
        inp: { data: inputs(c, random) },
        weight: { data: panels(I, O, random) },
        ...(bias ? { bias: { data: matrix(1, O, random) } } : {}),
        out: { data: new Float32Array(B * stride(O)), write: true },
      };
    },
    args: (c, p) => [
      ...[p("out"), p("inp"), p("weight"), c.bias ? p("bias") : 0, LISTS, rowRoom(c)],
      ...[...(byUnits ? [c.B] : []), c.I, c.O, stride(c.O), stride(c.I)],
    ],
    extent: ({ B, O }) => (byUnits ? Math.ceil(O / 32) : B),
    expected: ({ B, I, O }, { inp, weight, bias }) => {
      const out = new Float64Array(B * stride(O));
      for (let b = 0; b < B; b++)
        for (let o = 0; o < O; o++) {
          let sum = bias?.[o] ?? 0;
          for (let i = 0; i < I; i++) sum += inp![b * stride(I) + i]! * weight![panelIndex(i, o, I)]!;
          out[b * stride(O) + o] = sum;
        }
      return { out };
    },
  });
}

oracle(test, {
  kernel: "sparse_backward_kernel",
  cases,
  tensors(c, random) {
    const { B, I, O } = c;
    return {
      inp: { data: inputs(c, random) },
      dout: { data: matrix(B, O, random) },
      dweight: { data: new Float32Array(stride(I) * stride(O)) },
    };
  },
  args: (c, p) => [
    ...[p("dweight"), p("inp"), p("dout"), LISTS, columnRoom(c)],
    ...[c.B, c.I, c.O, stride(c.I), stride(c.O)],
  ],
  extent: ({ I, O }) => (stride(I) * stride(O)) / 64,
  expected: ({ B, I, O }, { inp, dout }) => {
    const dweight = new Float64Array(stride(I) * stride(O));
    for (let b = 0; b < B; b++)
      for (let i = 0; i < I; i++)
        for (let o = 0; o < O; o++)
          dweight[panelIndex(i, o, I)]! += inp![b * stride(I) + i]! * dout![b * stride(O) + o]!;
    return { dweight };
  },
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`products are those of the dense kernels, bit for bit, also from a bias of -0, within their room (${name})`, () => {
    for (const c of cases.filter(({ B, I }) => B * I > 240)) {
      const { B, I, O } = c;
      const random = generator(3);
      let end = base;
      const put = (data: Float32Array | Int32Array) => {
        const at = end;
        new Uint8Array(memory.buffer).set(new Uint8Array(data.buffer), at);
        end = (end + data.byteLength + 63) & ~63;
        return at;
      };
      const values = inputs(c, random);
      values.fill(0, 0, I);
      const inp = put(values);
      const weight = put(panels(I, O, random));
      const bias = put(matrix(1, O, (_, o) => (o % 3 ? random() : -0)));
      const dout = put(matrix(B, O, random));
      const [out, sparseOut] = [put(new Float32Array(B * stride(O))), put(new Float32Array(B * stride(O)))];
      const floats = stride(I) * stride(O);
      const [dweight, sparseDweight] = [put(new Float32Array(floats)), put(new Float32Array(floats))];
      const [rows, columns, pairs] = [rowRoom(c), columnRoom(c), pairRoom(c)];
      const bytes = Math.max(rows, columns, pairs) + 256;
      const lists = put(new Int32Array(bytes >> 2).fill(-1));
      const behind = () => new Int32Array(memory.buffer).subarray(lists >> 2);
      const strides = [stride(I), stride(O)] as const;
      kernels.dense_forward(out, inp, weight, bias, I, O, stride(O), stride(I), 0, B);
      kernels.sparse_forward(sparseOut, inp, weight, bias, lists, rows, I, O, stride(O), stride(I), 0, B);
      assert.ok(
        behind()
          .subarray(Math.ceil(rows / 4), Math.ceil(rows / 4) + 64)
          .every((word) => word === -1),
        "rows",
      );
      new Uint8Array(memory.buffer).fill(255, lists, lists + bytes);
      kernels.dense_backward_kernel(dweight, inp, dout, B, I, ...strides, 0, floats / 64);
      kernels.sparse_backward_kernel(sparseDweight, inp, dout, lists, columns, B, I, O, ...strides, 0, floats / 64);
      const last = Math.ceil(Math.max(columns, pairs) / 4);
      assert.ok(
        behind()
          .subarray(last, last + 64)
          .every((word) => word === -1),
        "columns",
      );
      const bits = (at: number, count: number) => Array.from(new Int32Array(memory.buffer, at, count));
      assert.equal(bits(sparseOut, B * stride(O)), bits(out, B * stride(O)), JSON.stringify(c));
      assert.equal(bits(sparseDweight, floats), bits(dweight, floats), JSON.stringify(c));
      assert.ok(new Float32Array(memory.buffer, out, 2 * stride(O)).some((value) => value !== 0));
    }
  });

  test(`products of zeros are left out, which a weight shows that is not a number (${name})`, () => {
    const [B, I, O] = [32, 40, 40];
    const memoryAt = (at: number, data: Float32Array) => new Float32Array(memory.buffer, at, data.length).set(data);
    const [inp, weight, out, dweight] = [base, base + 8192, base + 16384, base + 24576];
    const finite = (at: number, count: number) => new Float32Array(memory.buffer, at, count).every(Number.isFinite);
    // One column in four has something.
    memoryAt(
      inp,
      matrix(B, I, (_, i) => (i % 4 ? 0 : 1)),
    );
    memoryAt(
      weight,
      panels(I, O, (i) => (i % 4 ? Number.NaN : 1)),
    );
    kernels.sparse_forward(out, inp, weight, 0, LISTS, 1 << 16, I, O, stride(O), stride(I), 0, B);
    assert.ok(finite(out, B * O), "forward");
    const kernel = () =>
      kernels.sparse_backward_kernel(
        dweight,
        inp,
        weight,
        LISTS,
        1 << 16,
        B,
        I,
        O,
        stride(I),
        stride(O),
        0,
        (I * O) / 64,
      );
    // The first four rows have something.
    memoryAt(
      inp,
      matrix(B, I, (b) => (b < 4 ? 1 : 0)),
    );
    memoryAt(
      weight,
      matrix(B, O, (b) => (b < 4 ? 1 : Number.NaN)),
    );
    kernel();
    assert.ok(finite(dweight, I * O), "by pairs");
    // The first four have something in even columns, the next four in odd ones: not a pair where one of both is zero.
    memoryAt(
      inp,
      matrix(B, I, (b, i) => (b < 8 && i % 2 === b >> 2 ? 1 : 0)),
    );
    memoryAt(
      weight,
      matrix(B, O, (b) => (b < 8 ? 1 : Number.NaN)),
    );
    kernel();
    assert.ok(finite(dweight, I * O), "by columns");
  });
}

test("working memory is what the kernels ask for: for all rows and columns if that is not too much, else for one or four", () => {
  const bytes = (inputs: number, units: number, batch: number) =>
    (listScratch(inputs, units, batch).lists as { each: number } | undefined)?.each;
  // In front of pairs, what bytes stand for.
  const most = (c: Case) => Math.max(rowRoom(c), columnRoom(c), 1024 + pairRoom(c));
  assert.is(bytes(31, 31, 100), undefined);
  assert.is(bytes(65536, 31, 100), undefined);
  const c = { B: 100, I: 400, O: 1, live: 1 };
  assert.is(bytes(400, 10, 100), most(c));
  assert.is(bytes(40, 10, 100), most({ ...c, I: 40 }));
  assert.is(bytes(10, 400, 100), rowRoom(c), "no lists of columns, and of the units' rows");
  const wide = { B: 2, I: 65535, O: 1, live: 1 };
  assert.is(bytes(65535, 10, 2), rowRoom(wide));
  const far = { ...wide, B: 1000, tight: true };
  assert.is(bytes(65535, 10, 1000), rowRoom(far) + (1 << 19) - 2 * (65535 + 16));
  // Of a long batch, lists of every two columns take the most, until nothing has 16 bits for its rows.
  const long = { ...c, B: 5000, tight: true };
  assert.is(bytes(40, 10, 5000), 1024 + pairRoom(long));
  const longest = { ...c, B: 1e6, tight: true };
  assert.is(bytes(40, 10, 1e6), columnRoom(longest));
  assert.ok(columnRoom(longest) > pairRoom({ ...c, B: 65535 }));
});

test("rows that 16 bits cannot name go without lists", () => {
  const { kernels, memory, base } = kernelBuilds()[0]!;
  const [B, I, O] = [65536, 4, 8];
  const [inp, dout, dweight, lists] = [base, base + 32 * B, base + 64 * B, base + 64 * B + 4096];
  new Uint8Array(memory.buffer).fill(0, inp, lists).fill(255, lists, lists + 4096);
  new Float32Array(memory.buffer)[(inp >> 2) + 8 * (B - 1)] = 2;
  new Float32Array(memory.buffer)[(dout >> 2) + 8 * (B - 1)] = 3;
  kernels.sparse_backward_kernel(dweight, inp, dout, lists, 1 << 16, B, I, O, 8, 8, 0, 1);
  assert.is(new Float32Array(memory.buffer)[dweight >> 2], 6);
  assert.ok(new Uint8Array(memory.buffer, lists, 4096).every((byte) => byte === 255));
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`infinite gradients give the same in one range and in many (${name})`, () => {
    const random = generator(9);
    for (const together of [1, 4]) {
      const [B, I, O] = [64, 40, 75];
      const floats = stride(I) * stride(O);
      const [inp, dout, whole, pieces] = [base, base + 16384, base + 65536, base + 131072];
      new Float32Array(memory.buffer, inp, B * stride(I)).set(matrix(B, I, sparse(0.3, random, together)));
      const infinite = matrix(B, O, (b, o) => (b === 7 && o % 9 === 0 ? Number.POSITIVE_INFINITY : random()));
      new Float32Array(memory.buffer, dout, B * stride(O)).set(infinite);
      const run = (at: number, from: number, to: number) =>
        kernels.sparse_backward_kernel(at, inp, dout, LISTS, 1 << 16, B, I, O, stride(I), stride(O), from, to);
      run(whole, 0, floats / 64);
      for (const [from, to] of [
        [0, 7],
        [7, 31],
        [31, 32],
        [32, 50],
      ] as const)
        run(pieces, from, to);
      const bits = (at: number) => Array.from(new Float32Array(memory.buffer, at, floats));
      assert.is(floats / 64, 50);
      assert.equal(bits(pieces), bits(whole));
      assert.ok(bits(whole).some((value) => !Number.isFinite(value)));
    }
  });
}

const [ROWS, WIDTH] = [48, 40];
const random = generator(11);
const x = Float32Array.from({ length: ROWS * WIDTH }, sparse(0.25, random));
const y = Int32Array.from({ length: ROWS }, (_, row) => row % 5);
const models: Record<string, LayerSpec[]> = {
  "on sparse data": [dense({ units: 37, activation: "relu", kernelRegularizer: { l2: 0.01 } })],
  "behind relu and dropout": [
    dense({ units: 48, activation: "relu" }),
    dropout({ rate: 0.5 }),
    dense({ units: 33, activation: "relu", useBias: false }),
  ],
};

for (const [name, layers] of Object.entries(models)) {
  for (const numerics of ["strict", "fast"] as const) {
    test(`a fit ends with the same bits for any number of workers: ${name}, ${numerics}`, async () => {
      const train = async (workers: number) => {
        const model = sequential([input({ shape: [WIDTH] }), ...layers, dense({ units: 5, activation: "softmax" })]);
        const loss = "sparseCategoricalCrossentropy";
        model.compile({ optimizer: adam({ learningRate: 0.01 }), loss, seed: 4, workers, numerics });
        const { profile } = await model.fit(x, y, { epochs: 2, batchSize: 20, profile: true });
        const kernels = profile!.map(({ step }) => step);
        assert.ok(kernels.includes("sparse_forward") && kernels.includes("sparse_backward_kernel"), kernels.join());
        const weights = await model.getWeights();
        await model.dispose();
        return weights;
      };
      const one = await train(1);
      for (const workers of [2, 3, 4]) assert.equal(await train(workers), one, `${workers} workers`);
    });
  }
}

test("short rows go by the dense kernels", async () => {
  const kernelsOf = async (...layers: LayerSpec[]) => {
    const model = sequential([input({ shape: [WIDTH] }), ...layers, dense({ units: 5, activation: "softmax" })]);
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", workers: 1 });
    const { profile } = await model.fit(x, y, { profile: true });
    await model.dispose();
    const tensors = profile!.flatMap(({ step, tensor }) => (step.startsWith("sparse_f") ? [tensor] : []));
    return [...new Set(tensors)].sort();
  };
  assert.equal(await kernelsOf(dense({ units: 31 })), ["dense_0"]);
  assert.equal(await kernelsOf(dense({ units: 31 }), dense({ units: 32 })), ["dense_0", "dense_0.delta", "dense_2"]);
});

test.run();
