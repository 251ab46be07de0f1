// The kernels of a dense layer, called directly: node gemm.child.mjs BUILD. Answers lines `numerics operation M N K count` as
// roofline.c does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [build] = process.argv.slice(2);
const round8 = (n) => (n + 7) & ~7;
/** A row of a batch in memory, as src/arena.ts has it. */
const rowStride = (n) => (round8(n) % 256 === 0 ? round8(n) + 16 : round8(n));
const instances = {};

async function instance(numerics) {
  if (!instances[numerics]) {
    const memory = new WebAssembly.Memory({ initial: 512, maximum: 65536 });
    const bytes = readFileSync(join(build, `kernels.${numerics}.wasm`));
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    instances[numerics] = { kernels: instance.exports, memory };
  }
  return instances[numerics];
}

/** Rows of the batch as they lie in memory; value i of the matrix is that of roofline.c. */
function fill(floats, at, rows, columns, factor, modulus) {
  const stride = rowStride(columns);
  for (let i = 0; i < rows * columns; i++) {
    const value = Math.fround(Math.fround(((i * factor) % modulus) / modulus) - Math.fround(0.4));
    floats[at + Math.floor(i / columns) * stride + (i % columns)] = value;
  }
}

/** A kernel (K,N) in panels of 8 units. */
function fillPanels(floats, at, K, N) {
  for (let k = 0; k < K; k++) {
    for (let n = 0; n < N; n++) {
      const value = Math.fround(Math.fround((((k * N + n) * 53) % 97) / 97) - Math.fround(0.4));
      floats[at + (n >> 3) * round8(K) * 8 + k * 8 + (n & 7)] = value;
    }
  }
}

/** The sum that roofline.c gives, of a matrix whose element (row, column) is at `place`. */
function sumOf(floats, rows, columns, place) {
  let sum = 0;
  for (let i = 0; i < rows * columns; i++) {
    sum += floats[place(Math.floor(i / columns), i % columns)] * (1 + (i % 7));
  }
  return sum;
}

async function run(numerics, operation, M, N, K, count) {
  const { kernels, memory } = await instance(numerics);
  const floats = new Float32Array(memory.buffer);
  const [n, k] = [round8(N), round8(K)];
  const [rowN, rowK] = [rowStride(N), rowStride(K)];
  let next = 256;
  const take = (size) => {
    const at = next;
    next += (size + 31) & ~15;
    return at;
  };
  const [inp, weight, transposed, out] = [take(M * rowK), take(n * k), take(n * k), take(M * rowN)];
  const result = take(Math.max(M * rowK, M * rowN, n * k));
  fill(floats, inp, M, K, 37, 101);
  fillPanels(floats, weight, K, N);
  fill(floats, out, M, N, 41, 89);
  const address = (at) => at * 4;
  const call = {
    forward: () => kernels.dense_forward(...[result, inp, weight].map(address), 0, K, N, rowN, rowK, 0, M),
    input() {
      kernels.dense_transpose(address(transposed), address(weight), K, N, 0, (n * k) >> 6);
      kernels.dense_backward_input(...[result, out, transposed].map(address), K, N, rowK, rowN, 0, M);
    },
    kernel: () => kernels.dense_backward_kernel(...[result, inp, out].map(address), M, K, rowK, rowN, 0, (n * k) >> 6),
  }[operation];
  const begin = process.cpuUsage();
  for (let i = 0; i < count; i++) call();
  const { user, system } = process.cpuUsage(begin);
  const seconds = (user + system) / 1e6;
  const sum = {
    forward: () => sumOf(floats, M, N, (row, column) => result + row * rowN + column),
    input: () => sumOf(floats, M, K, (row, column) => result + row * rowK + column),
    kernel: () => sumOf(floats, K, N, (row, column) => result + (column >> 3) * k * 8 + row * 8 + (column & 7)),
  }[operation]();
  return { steps: count, seconds, info: { sum } };
}

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
say({ node: process.version });
for await (const line of createInterface({ input: process.stdin })) {
  const [numerics, operation, ...sizes] = line.split(" ");
  say(await run(numerics, operation, ...sizes.map(Number)));
}
