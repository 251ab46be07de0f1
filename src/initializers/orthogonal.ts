import { checkWidth, type InitializerDefinition } from "./initializer.js";
import { normals } from "./normals.js";

export interface Orthogonal {
  /** The length of every vector; default 1. */
  gain?: number;
}

/** Vectors that lose more than this of their length to the ones before are made orthogonal once more. */
const MOST_LOST = 0.1;

/** a · b: four sums, always in the same order. */
function dot(a: Float64Array, b: Float64Array): number {
  const { length } = a;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** Makes the last vector orthogonal to the others, which are orthonormal, and of length 1 (modified Gram-Schmidt). */
function join(vectors: readonly Float64Array[]): void {
  const vector = vectors.at(-1)!;
  let before: number;
  let length = Math.sqrt(dot(vector, vector));
  do {
    before = length;
    for (const other of vectors) {
      if (other === vector) break;
      const share = dot(vector, other);
      for (let i = 0; i < vector.length; i++) vector[i]! -= share * other[i]!;
    }
    length = Math.sqrt(dot(vector, vector));
  } while (length < MOST_LOST * before);
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
}

/**
 * `gain * Q`, Q from the QR decomposition of a matrix of normal numbers whose R has a positive diagonal, so that every
 * orthogonal matrix is as likely as any other. The last extent are the columns, all others together the rows; the shorter
 * side's vectors are orthogonal and of length `gain`. A vector is a matrix of one row. Takes 2 longer shorter² multiply-adds
 * or so.
 *
 * Source   Saxe, McClelland & Ganguli 2014; Mezzadri 2007 for the sign, which Gram-Schmidt gives by itself
 */
export const orthogonal: InitializerDefinition<Orthogonal> = {
  options: ["gain"],
  check({ gain = 1 }, who) {
    checkWidth(gain, `${who}.gain`);
  },
  fill({ gain = 1 }, values, shape, seed, stream) {
    const columns = shape.at(-1) ?? 1;
    const rows = values.length / columns;
    const longer = Math.max(rows, columns);
    const all = new Float64Array(values.length);
    normals(seed, stream, values.length, (z, i) => {
      all[i] = z;
    });
    const vectors: Float64Array[] = [];
    for (let at = 0; at < all.length; at += longer) {
      vectors.push(all.subarray(at, at + longer));
      join(vectors);
    }
    for (let i = 0; i < values.length; i++) {
      const row = Math.floor(i / columns);
      const column = i - row * columns;
      values[i] = gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
    }
  },
};
