// Long sequences and the pieces that they come in, and models of stateful layers that read them.
import { adam, dense, gru, input, lstm, type ModelSpec, masking, sequential, simpleRnn } from "../../src/index.js";
import { generator } from "../oracle.js";

export const [CHANNELS, PIECE, PIECES] = [3, 4, 3];
export type Layers = ModelSpec["layers"][number][];

/** Long sequences, (rows, PIECES * PIECE, CHANNELS). */
export function sequences(rows: number, seed: number): Float32Array {
  return Float32Array.from({ length: rows * PIECES * PIECE * CHANNELS }, generator(seed));
}
/** Piece k of rows from..to of long sequences. */
export function piece(whole: Float32Array, k: number, from: number, to: number) {
  const [width, size] = [PIECES * PIECE * CHANNELS, PIECE * CHANNELS];
  const data = new Float32Array((to - from) * size);
  for (let row = from; row < to; row++) {
    const at = row * width + k * size;
    data.set(whole.subarray(at, at + size), (row - from) * size);
  }
  return { data, shape: [to - from, PIECE, CHANNELS] };
}
/** All pieces, one batch of `size` rows after the other: piece 0 of the first rows, piece 1 of them, ... */
export function inBatches(whole: Float32Array, rows: number, size: number) {
  const parts: Float32Array[] = [];
  for (let from = 0; from < rows; from += size)
    for (let k = 0; k < PIECES; k++) parts.push(piece(whole, k, from, from + size).data);
  const data = Float32Array.from(parts.flatMap((part) => [...part]));
  return { data, shape: [rows * PIECES, PIECE, CHANNELS] };
}

export const stack = (stateful: boolean): Layers => [
  masking(),
  lstm({ units: 5, returnSequences: true, stateful }),
  gru({ units: 9, returnSequences: true, stateful }),
  simpleRnn({ units: 3, stateful }),
  dense({ units: 2 }),
];
export function make(layers: Layers, { workers = 2, steps = PIECE, optimizer = adam({ learningRate: 0.01 }) } = {}) {
  const model = sequential([input({ shape: [steps, CHANNELS] }), ...layers]);
  model.compile({ optimizer, loss: "meanSquaredError", seed: 3, workers, numerics: "strict" });
  return model;
}

/** Targets that ask for what came in the piece before. */
export function echoes(rows: number, size: number, seed: number) {
  const whole = sequences(rows, seed);
  const x = inBatches(whole, rows, size);
  const width = PIECE * CHANNELS;
  const data = new Float32Array(x.shape[0]! * 2);
  for (let row = 0; row < x.shape[0]!; row++) {
    const before = Math.floor(row / size) % PIECES ? row - size : undefined;
    for (const i of [0, 1]) data[2 * row + i] = before === undefined ? 0 : x.data[before * width + i]!;
  }
  return { x, y: { data, shape: [x.shape[0]!, 2] } };
}
