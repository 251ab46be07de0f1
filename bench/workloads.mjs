// What is trained: one table for all peers, and the rows as files that every process reads.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readMnist } from "../demo/mnist.mjs";

const momentum = { name: "sgd", learningRate: 0.01, momentum: 0.9 };
const adam = { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/**
 * `units` from input to output; hidden layers are relu. Loss "crossentropy": softmax and integer labels; "mse": a linear output.
 * `l2` is the first kernel's. `targets` are the least ratios, by the comparisons of peers.mjs.
 */
export const WORKLOADS = [
  {
    name: "A",
    title: "784-64-10, batch 32, SGD with momentum, L2",
    ...{ units: [784, 64, 10], batch: 32, rows: 12800, data: "pixels", loss: "crossentropy" },
    ...{ optimizer: momentum, l2: 0.001 },
    targets: { "torch 1": 3, tfjs: 25, jax: 25, team: 1.4 },
  },
  {
    name: "B",
    title: "784-64-64-10, batch 128, Adam",
    ...{ units: [784, 64, 64, 10], batch: 128, rows: 12800, data: "pixels", loss: "crossentropy" },
    ...{ optimizer: adam, l2: 0 },
    targets: { "torch 1": 1.5, tfjs: 20, jax: 15, team: 1.7 },
  },
  {
    name: "C",
    title: "784-512-512-10, batch 128, Adam",
    ...{ units: [784, 512, 512, 10], batch: 128, rows: 6400, data: "pixels", loss: "crossentropy" },
    ...{ optimizer: adam, l2: 0 },
    targets: { "torch 1": 1, registers: 0.9, tfjs: 20, jax: 4, team: 1.7 },
  },
  {
    name: "D",
    title: "13-10-1, full batch 404, Adam",
    ...{ units: [13, 10, 1], batch: 404, rows: 404, data: "table", loss: "mse" },
    ...{ optimizer: adam, l2: 0 },
    targets: { "torch 1": 4, tfjs: 8, jax: 40, auto: 1 },
  },
  {
    name: "E",
    title: "64-64-10, batch 32, Adam",
    ...{ units: [64, 64, 10], batch: 32, rows: 12800, data: "small", loss: "crossentropy" },
    ...{ optimizer: adam, l2: 0 },
    targets: { "torch 1": 5, tfjs: 25, jax: 25, auto: 1 },
  },
];

/** Numbers in 0..1 that are the same in every run (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The first `rows` images in a shuffled order, by the function that makes an input of one. */
function images({ x, y, rows: all }, rows, width, read) {
  const next = random(1);
  const order = Int32Array.from({ length: all }, (_, i) => i);
  for (let i = all - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const inputs = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) {
    const image = x.subarray(784 * order[r], 784 * (order[r] + 1));
    for (let i = 0; i < width; i++) inputs[r * width + i] = read(image, i) / 255;
  }
  return { x: inputs, y: Int32Array.from({ length: rows }, (_, r) => y[order[r]]) };
}

/** The mean of 3x3 pixels: 8x8 of the middle 24x24. */
function meanOf9(image, i) {
  const first = 28 * (2 + 3 * (i >> 3)) + 2 + 3 * (i & 7);
  let sum = 0;
  for (const row of [0, 28, 56]) for (const column of [0, 1, 2]) sum += image[first + row + column];
  return sum / 9;
}

const DATA = {
  pixels: (mnist, rows) => images(mnist, rows, 784, (image, i) => image[i]),
  small: (mnist, rows) => images(mnist, rows, 64, meanOf9),
  table(_, rows) {
    const next = random(2);
    const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const x = Float32Array.from({ length: rows * 13 }, normal);
    const weights = Array.from({ length: 13 }, normal);
    const row = (r) => weights.reduce((sum, weight, i) => sum + weight * x[13 * r + i], 0.1 * normal());
    return { x, y: Float32Array.from({ length: rows }, (_, r) => row(r)) };
  },
  /** Whole numbers below `values`; the labels are what comes next. */
  characters(_, rows, { shape: [steps], values, labels }) {
    const next = random(3);
    const text = Float32Array.from({ length: rows * steps + 1 }, () => Math.floor(next() * values));
    const label = (i) => text[steps * Math.floor(i / labels) + (steps - labels) + (i % labels) + 1];
    return { x: text.slice(0, -1), y: Int32Array.from({ length: rows * labels }, (_, i) => label(i)) };
  },
  series(_, rows, { shape: [steps, channels] }) {
    const next = random(4);
    const x = Float32Array.from({ length: rows * steps * channels }, () => 2 * next() - 1);
    return { x, y: Int32Array.from({ length: rows }, () => Math.floor(10 * next())) };
  },
};

/** A dense net's layers and the shape of its rows, as a net has them; any other workload as it is. */
export function withLayers(workload) {
  const { units, loss, l2 } = workload;
  if (!units) return workload;
  const last = loss === "mse" ? "linear" : "softmax";
  const layers = units.slice(1).map((count, i) => ({
    ...{ type: "dense", units: count, activation: i + 2 < units.length ? "relu" : last },
    ...(i === 0 && l2 ? { kernelRegularizer: { l2 } } : {}),
  }));
  return { ...workload, layers, shape: [units[0]] };
}

const fileOf = ({ data, rows }, part) => `${data}-${rows}.${part}`;

/** Writes the rows of these workloads into a folder. */
export async function writeData(folder, workloads) {
  const { train } = await readMnist();
  for (const workload of workloads) {
    const { x, y } = DATA[workload.data](train, workload.rows, workload);
    await writeFile(join(folder, fileOf(workload, "x")), x);
    await writeFile(join(folder, fileOf(workload, "y")), y);
  }
}

/** Typed rows from the bytes of both files. */
export const typed = ({ loss }, x, y) => ({
  x: new Float32Array(x),
  y: loss === "mse" ? new Float32Array(y) : new Int32Array(y),
});

/** The rows that writeData wrote. */
export async function readData(folder, workload) {
  const read = async (part) => {
    const { buffer, byteOffset, byteLength } = await readFile(join(folder, fileOf(workload, part)));
    return buffer.slice(byteOffset, byteOffset + byteLength);
  };
  return typed(workload, await read("x"), await read("y"));
}

/** The names of both files, for those who read them otherwise. */
export const files = (workload) => ({ x: fileOf(workload, "x"), y: fileOf(workload, "y") });
