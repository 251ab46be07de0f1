import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activation, type DataInput, dense, dropout, flatten, input, rescaling, sequential } from "../../src/index.js";
import { close, each, dense as layer, relu, rowsOf, softmax } from "./reference.js";

const test = suite("predict");

test("a net small enough to be computed by hand", async () => {
  await using model = sequential([
    input({ shape: [2] }),
    dense({ units: 2, activation: "relu", name: "a" }),
    dense({ units: 1, name: "b" }),
  ]);
  await model.setWeights([
    { name: "a.kernel", data: [1, -1, 2, 3] },
    { name: "a.bias", data: [0.5, -4] },
    { name: "b.kernel", data: [2, 10] },
    { name: "b.bias", data: [-1] },
  ]);
  // (1, 1): a = relu(3.5, -2) = (3.5, 0), b = 6. (0, 2): a = (4.5, 2), b = 28. (-1, 0): a = relu(-0.5, -3) = 0, b = -1.
  const { data, shape } = await model.predict([
    [1, 1],
    [0, 2],
    [-1, 0],
  ]);
  assert.instance(data, Float32Array);
  assert.equal(
    [[...data], shape],
    [
      [6, 28, -1],
      [3, 1],
    ],
  );
  assert.equal([...(await model.predict([1, 1])).data], [6]);
});

test("deeper ones agree with float64", async () => {
  await using model = sequential([
    input({ shape: [9] }),
    dense({ units: 11, activation: "relu" }),
    dropout({ rate: 0.5 }),
    dense({ units: 5, useBias: false, activation: "softmax" }),
  ]);
  const x = rowsOf(37, 9);
  const [kernel, bias, top] = await model.getWeights();
  const want = softmax(layer(relu(layer(x, kernel!, bias!)), top!));
  for (const batchSize of [1, 5, 37, 1000]) {
    const { data, shape } = await model.predict(x, { batchSize });
    assert.equal(shape, [37, 5]);
    close(data, want.flat());
  }
});

test("all forms of data give the same", async () => {
  const model = sequential([input({ shape: [3] }), dense({ units: 4, activation: "tanh" })]);
  const values = [3, 0, 255, 7, 1, 2, 90, 80, 70, 0, 0, 1];
  const rows = [values.slice(0, 3), values.slice(3, 6), values.slice(6, 9), values.slice(9)];
  const offset = new Float32Array([9, 9, ...values, 9]).subarray(2, 14);
  const odd = new Uint8Array([9, ...values, 9]).subarray(1, 13);
  const forms: Record<string, DataInput> = {
    "number[]": values,
    "number[][]": rows,
    "rows that are typed": rows.map((row) => Float32Array.from(row)) as unknown as number[][],
    Float32Array: Float32Array.from(values),
    Float64Array: Float64Array.from(values),
    Int32Array: Int32Array.from(values),
    Uint8Array: Uint8Array.from(values),
    Uint8ClampedArray: Uint8ClampedArray.from(values),
    "a view with an offset": offset,
    "bytes at an odd offset": odd,
    "clamped bytes at an odd offset": new Uint8ClampedArray(odd.buffer, 1, 12),
    "{ data, shape }": { data: Float32Array.from(values), shape: [4, 3] },
    "{ data, shape } of a list": { data: values, shape: [4, 3] },
    "{ data, shape } of bytes": { data: odd, shape: [4, 1, 3] },
  };
  if (typeof SharedArrayBuffer !== "undefined") {
    const shared = new Float32Array(new SharedArrayBuffer(64), 8, 12);
    shared.set(values);
    forms["shared memory"] = shared;
    const bytes = new Uint8Array(new SharedArrayBuffer(32), 3, 12);
    bytes.set(values);
    forms["shared bytes"] = bytes;
  }
  const [kernel, bias] = await model.getWeights();
  const want = each(layer(rows, kernel!, bias!), Math.tanh);
  const first = await model.predict(values);
  close(first.data, want.flat(), 1e-5);
  for (const [name, form] of Object.entries(forms)) assert.equal(await model.predict(form), first, name);
  await model.dispose();
  assert.equal([...offset], values, "the caller's arrays are as they were");
});

test("bytes with rescaling are what the floats are", async () => {
  const bytes = Uint8Array.from({ length: 16 * 7 }, (_, i) => (i * 37) % 256);
  await using model = sequential([
    input({ shape: [4, 4] }),
    rescaling({ scale: 1 / 255, offset: -0.5 }),
    flatten(),
    dense({ units: 3 }),
  ]);
  const fromBytes = await model.predict({ data: bytes, shape: [7, 4, 4] });
  assert.equal(await model.predict(Float32Array.from(bytes)), fromBytes);
  const [kernel, bias] = await model.getWeights();
  const rows = Array.from({ length: 7 }, (_, r) => [...bytes.subarray(16 * r, 16 * r + 16)].map((b) => b / 255 - 0.5));
  close(fromBytes.data, layer(rows, kernel!, bias!).flat());
});

test("activations with a number of their own, as a layer and in one", async () => {
  const x = [[-2, -0.5, 0, 1.5]];
  const rows: [string, number | undefined, (v: number) => number][] = [
    ["leakyRelu", undefined, (v) => (v < 0 ? 0.01 * v : v)],
    ["leakyRelu", 0.3, (v) => (v < 0 ? 0.3 * v : v)],
    ["elu", undefined, (v) => (v < 0 ? Math.expm1(v) : v)],
    ["elu", 0.7, (v) => (v < 0 ? 0.7 * Math.expm1(v) : v)],
  ];
  for (const [type, alpha, f] of rows) {
    const given = alpha === undefined ? type : { type, alpha };
    await using alone = sequential([input({ shape: [4] }), activation({ activation: given })]);
    close((await alone.predict(x)).data, each(x, f).flat());
    await using inDense = sequential([input({ shape: [4] }), dense({ units: 4, activation: given })]);
    const identity = Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    await inDense.setWeights([{ data: identity }]);
    close((await inDense.predict(x)).data, each(x, f).flat());
  }
});

test("shapes of several extents pass through layers that work on values, and a model of none", async () => {
  const x = { data: rowsOf(5, 6).flat(), shape: [5, 2, 3] };
  await using model = sequential([input({ shape: [2, 3] }), activation("relu"), dropout({ rate: 0.9 })]);
  const { data, shape } = await model.predict(x);
  assert.equal([[...data], shape], [x.data.map((v) => Math.max(0, v)), [5, 2, 3]]);
  await using nothing = sequential([input({ shape: [2, 3] })]);
  assert.equal(await nothing.predict(x), { data: Float32Array.from(x.data), shape: [5, 2, 3] });
  await using flat = sequential([input({ shape: [2, 3] }), flatten()]);
  assert.equal(await flat.predict(x), { data: Float32Array.from(x.data), shape: [5, 6] });
});

test("more rows than one window holds are what their parts are", async () => {
  await using model = sequential([input({ shape: [50] }), dense({ units: 2, activation: "softmax" })]);
  const rows = 60_000;
  const bytes = Uint8Array.from({ length: rows * 50 }, (_, i) => (i * 31 + (i >> 9)) % 251);
  for (const x of [bytes, Float32Array.from(bytes, (b) => b / 251)]) {
    const whole = await model.predict(x);
    assert.is(whole.data.length, rows * 2);
    for (const start of [0, 19_000, 39_990, rows - 10]) {
      const part = await model.predict(x.subarray(start * 50, (start + 10) * 50));
      assert.equal(whole.data.slice(start * 2, start * 2 + 20), part.data, `from row ${start}`);
    }
  }
});

test.run();
