import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adam, dense, dropout, flatten, input, rescaling, sequential } from "../../src/index.js";
import type { LayerSpec } from "../../src/layers/index.js";
import { mostlyZeros } from "../../src/model/zeros.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { generator, matrix, oracle, panelIndex, panels, stride } from "../oracle.js";
import { cases, listStride, lists, masks, sparse } from "./zeros.js";

const test = suite("sparse");

oracle(test, {
  kernel: "sparse_forward",
  cases,
  tensors({ B, I, O, bias, live }, random) {
    const inp = matrix(B, I, sparse(live, random));
    return {
      inp: { data: inp },
      lists: { data: lists(inp, B, I) },
      weight: { data: panels(I, O, random) },
      ...(bias ? { bias: { data: matrix(1, O, random) } } : {}),
      out: { data: new Float32Array(B * stride(O)), write: true },
    };
  },
  args: ({ I, O, bias }, p) => [
    ...[p("out"), p("inp"), p("weight"), bias ? p("bias") : 0, p("lists")],
    ...[I, O, stride(O), stride(I), listStride(I)],
  ],
  extent: ({ B }) => B,
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

oracle(test, {
  kernel: "sparse_backward_kernel",
  cases,
  tensors({ B, I, O, live }, random) {
    const inp = matrix(B, I, sparse(live, random));
    return {
      inp: { data: inp },
      masks: { data: masks(inp, B, I) },
      dout: { data: matrix(B, O, random) },
      dweight: { data: new Float32Array(stride(I) * stride(O)) },
    };
  },
  args: ({ B, I, O }, p) => [p("dweight"), p("inp"), p("dout"), p("masks"), B, I, stride(I), stride(O)],
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
  test(`products are those of the dense kernels, bit for bit, also from a bias of -0 (${name})`, () => {
    const [B, I, O] = [37, 45, 41];
    const random = generator(3);
    let end = base;
    const put = (data: Float32Array | Int32Array) => {
      const at = end;
      new Uint8Array(memory.buffer).set(new Uint8Array(data.buffer), at);
      end = (end + data.byteLength + 63) & ~63;
      return at;
    };
    const values = matrix(B, I, (b) => (b === 5 ? 0 : sparse(0.3, random)()));
    const inp = put(values);
    const [rows, columns] = [put(lists(values, B, I)), put(masks(values, B, I))];
    const weight = put(panels(I, O, random));
    const bias = put(matrix(1, O, (_, o) => (o % 3 ? random() : -0)));
    const dout = put(matrix(B, O, random));
    const [out, sparseOut] = [put(new Float32Array(B * stride(O))), put(new Float32Array(B * stride(O)))];
    const floats = stride(I) * stride(O);
    const [dweight, sparseDweight] = [put(new Float32Array(floats)), put(new Float32Array(floats))];
    kernels.dense_forward(out, inp, weight, bias, I, O, stride(O), stride(I), 0, B);
    const strides = [stride(O), stride(I), listStride(I)] as const;
    kernels.sparse_forward(sparseOut, inp, weight, bias, rows, I, O, ...strides, 0, B);
    kernels.dense_backward_kernel(dweight, inp, dout, B, I, stride(I), stride(O), 0, floats / 64);
    kernels.sparse_backward_kernel(sparseDweight, inp, dout, columns, B, I, stride(I), stride(O), 0, floats / 64);
    const bits = (at: number, count: number) => Array.from(new Int32Array(memory.buffer, at, count));
    assert.equal(bits(sparseOut, B * stride(O)), bits(out, B * stride(O)));
    assert.equal(bits(sparseDweight, floats), bits(dweight, floats));
    assert.ok(new Float32Array(memory.buffer, out, 8 * stride(O)).some((value) => value !== 0));
  });
}

const [ROWS, WIDTH] = [48, 40];
const random = generator(11);
const x = Float32Array.from({ length: ROWS * WIDTH }, sparse(0.25, random));
const y = Int32Array.from({ length: ROWS }, (_, row) => row % 5);
const models: Record<string, LayerSpec[]> = {
  "dense first": [dense({ units: 37, activation: "relu", kernelRegularizer: { l2: 0.01 } })],
  "behind rescaling, flatten and dropout": [
    rescaling({ scale: 0.5 }),
    flatten(),
    dropout({ rate: 0.2 }),
    dense({ units: 9, activation: "tanh", useBias: false }),
  ],
};

for (const [name, layers] of Object.entries(models)) {
  for (const workers of [1, 2, 3]) {
    test(`a fit on mostly zeros ends with the bits of single batches, which the dense kernels make: ${name}, ${workers}`, async () => {
      const make = () => {
        const model = sequential([input({ shape: [WIDTH] }), ...layers, dense({ units: 5, activation: "softmax" })]);
        const loss = "sparseCategoricalCrossentropy";
        model.compile({ optimizer: adam({ learningRate: 0.01 }), loss, seed: 4, workers, numerics: "strict" });
        return model;
      };
      const [whole, single] = [make(), make()];
      const history = await whole.fit(x, y, { epochs: 2, batchSize: 20, shuffle: false, profile: true });
      const kernels = history.profile!.map(({ step }) => step);
      assert.ok(kernels.includes("sparse_forward") && kernels.includes("sparse_backward_kernel"), kernels.join());
      for (let epoch = 0; epoch < 2; epoch++) {
        for (let from = 0; from < ROWS; from += 20) {
          const to = Math.min(from + 20, ROWS);
          await single.trainOnBatch(x.slice(from * WIDTH, to * WIDTH), y.slice(from, to));
        }
      }
      assert.equal(await whole.getWeights(), await single.getWeights());
      await Promise.all([whole.dispose(), single.dispose()]);
    });
  }
}

test("a fit on other data uses the dense kernels, as do layers that see no zeros of the data", async () => {
  const kernelsOf = async (first: LayerSpec, data: Float32Array) => {
    const model = sequential([input({ shape: [WIDTH] }), first, dense({ units: 5, activation: "softmax" })]);
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", workers: 1 });
    const { profile } = await model.fit(data, y, { profile: true });
    await model.dispose();
    return [...new Set(profile!.map(({ step }) => step).filter((step) => step.startsWith("sparse_f")))];
  };
  assert.equal(await kernelsOf(rescaling({ scale: 2 }), x), ["sparse_forward"]);
  assert.equal(
    await kernelsOf(
      rescaling({ scale: 2 }),
      x.map((value) => value + 1),
    ),
    [],
  );
  assert.equal(await kernelsOf(rescaling({ scale: 2, offset: 1 }), x), []);
  assert.equal(await kernelsOf(dense({ units: 3, activation: "relu" }), x), ["sparse_forward"]);
});

test("data is mostly zeros by a sample of its rows", () => {
  const values = (live: number, width: number, rows = 200) => ({
    values: Float32Array.from({ length: rows * width }, sparse(live, generator(5))),
    type: "float32" as const,
    rows,
    width,
  });
  assert.is(mostlyZeros(values(0.2, 100)), true);
  assert.is(mostlyZeros(values(0.8, 100)), false);
  assert.is(mostlyZeros(values(0, 100, 1)), true);
  assert.is(mostlyZeros(values(0.2, 8)), false);
  assert.is(mostlyZeros(values(0, 65535, 1)), true);
  assert.is(mostlyZeros(values(0, 65536, 1)), false);
});

test.run();
