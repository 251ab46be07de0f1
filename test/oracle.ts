// The oracle harness: one row says how a kernel is called and what a naive float64 version of it gives. Every row runs in
// both builds, on dirty memory, between fences, in one range and in many.
import type { suite } from "uvu";
import type { Kernels } from "../src/kernels.js";
import { kernelBuilds } from "./kernelbuilds.js";

export type KernelName = keyof Kernels;
export type Data = Float32Array | Int32Array | Uint8Array;

/** A tensor of a case. `write: true`: garbage before the call, checked after it. Without it: read, or read and written. */
export interface TensorCase {
  data: Data;
  write?: boolean;
}
type Tensors = Record<string, TensorCase>;
type Want = Record<string, ArrayLike<number>>;

export interface Oracle<C> {
  kernel: KernelName;
  cases: readonly C[];
  /** The tensors of a case, by name; `random()` is uniform in [-1, 1), the same for every run. */
  tensors(c: C, random: () => number): Tensors;
  /** The arguments before `from, to`: pointers by tensor name, numbers as they are. */
  args(c: C, pointer: (name: string) => number): number[];
  /** How long the split axis is; `from, to` are appended to the arguments. */
  extent(c: C): number;
  /** Float64 results by tensor name; entries that are `undefined` or NaN-marked by `ANY` are not compared. */
  expected(c: C, inputs: Record<string, Float64Array>): Want;
  /** |got - want| <= tolerance * max(1, |want|); default 1e-5. */
  tolerance?: number;
}

/** A value that the kernel may leave as it likes (lanes of padding nobody reads). */
export const ANY = Symbol.for("any") as unknown as number;

/** Sizes that find faults of vector code: below, at and above one and two vectors. */
export const SIZES = [1, 3, 4, 5, 8, 13, 17] as const;

/** A row's length in memory: the next multiple of 8 floats. */
export const stride = (width: number) => (width + 7) & ~7;

export const covered = new Set<string>();

/** A small generator of test data (xorshift), uniform in [-1, 1). */
export function generator(seed: number): () => number {
  let s = (seed * 2654435761 + 12345) >>> 0 || 1;
  return () => {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    return s / 2147483648 - 1;
  };
}

/** rows x width values in rows of stride(width), padding zero. */
export function matrix(rows: number, width: number, value: (row: number, column: number) => number): Float32Array {
  const data = new Float32Array(rows * stride(width));
  for (let r = 0; r < rows; r++) for (let c = 0; c < width; c++) data[r * stride(width) + c] = value(r, c);
  return data;
}

/** Where element (i, o) of a kernel (I, O) lies in panels of 8 columns. */
export const panelIndex = (i: number, o: number, I: number) => (o >> 3) * stride(I) * 8 + i * 8 + (o & 7);
/** A kernel (I, O) in these panels, padding zero. */
export const panels = (I: number, O: number, value: (i: number, o: number) => number) => {
  const data = new Float32Array(stride(I) * stride(O));
  for (let o = 0; o < O; o++) for (let i = 0; i < I; i++) data[panelIndex(i, o, I)] = value(i, o);
  return data;
};

/** d f / d x[i] by central differences in float64. */
export function numericGradient(f: (x: Float64Array) => number, x: Float64Array, eps = 1e-5): Float64Array {
  const point = Float64Array.from(x);
  return Float64Array.from(point, (value, i) => {
    point[i] = value + eps;
    const above = f(point);
    point[i] = value - eps;
    const below = f(point);
    point[i] = value;
    return (above - below) / (2 * eps);
  });
}

const FENCE = 64;
const FENCE_BYTE = 0xa5;

/** Adds one test per case and build to `test`, and notes the kernel as covered. */
export function oracle<C>(test: ReturnType<typeof suite>, row: Oracle<C>): void {
  covered.add(row.kernel);
  for (const build of kernelBuilds()) {
    test(`${row.kernel} matches float64 (${build.name})`, () => {
      row.cases.forEach((c, index) => {
        try {
          check(row, c, index, build);
        } catch (error) {
          throw new Error(`${row.kernel} case ${JSON.stringify(c)}: ${(error as Error).message}`);
        }
      });
    });
  }
}

function check<C>(
  row: Oracle<C>,
  c: C,
  index: number,
  build: { kernels: Kernels; memory: WebAssembly.Memory; base: number },
): void {
  const tensors = row.tensors(c, generator(index + 1));
  const pointers = new Map<string, number>();
  let end = build.base + FENCE;
  for (const [name, { data }] of Object.entries(tensors)) {
    pointers.set(name, end);
    end = ((end + data.byteLength + 15) & ~15) + FENCE;
  }
  if (end > build.memory.buffer.byteLength) throw new Error("the case needs more memory than the harness has");
  const pointer = (name: string) => {
    const found = pointers.get(name);
    if (found === undefined) throw new Error(`no tensor "${name}"`);
    return found;
  };
  const kernel = build.kernels[row.kernel] as (...args: number[]) => void;
  const args = row.args(c, pointer);
  const extent = row.extent(c);
  const inputs: Record<string, Float64Array> = {};
  for (const [name, { data }] of Object.entries(tensors)) inputs[name] = Float64Array.from(data as Float32Array);

  const run = (ranges: [number, number][], dirt: number): Record<string, Data> => {
    const bytes = new Uint8Array(build.memory.buffer);
    bytes.fill(FENCE_BYTE, build.base, end);
    for (const [name, { data, write }] of Object.entries(tensors)) {
      const at = pointer(name);
      if (write) bytes.fill(dirt, at, at + data.byteLength);
      else bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    }
    for (const [from, to] of ranges) kernel(...args, from, to);
    const covers = new Uint8Array(end - build.base);
    const results: Record<string, Data> = {};
    for (const [name, { data }] of Object.entries(tensors)) {
      const at = pointer(name);
      covers.fill(1, at - build.base, at - build.base + data.byteLength);
      const copy = bytes.slice(at, at + data.byteLength);
      results[name] = new (data.constructor as typeof Float32Array)(copy.buffer) as Data;
    }
    for (let i = 0; i < covers.length; i++) {
      if (!covers[i] && bytes[build.base + i] !== FENCE_BYTE)
        throw new Error(`a fence was overwritten, ${nearest(i + build.base)}`);
    }
    return results;
  };
  const nearest = (address: number) => {
    let name = "before the first tensor";
    for (const [key, at] of pointers) if (at <= address) name = `behind ${key}`;
    return name;
  };

  const whole = run([[0, extent]], 0xff);
  const pieces = run(split(extent), 0x7b);
  checkOwnership(split(extent), tensors, (range, dirt) => run([range], dirt));
  const want = row.expected(c, inputs);
  const tolerance = row.tolerance ?? 1e-5;
  for (const [name, values] of Object.entries(want)) {
    const got = whole[name];
    const gotPieces = pieces[name];
    if (!got || !gotPieces) throw new Error(`expected() names an unknown tensor "${name}"`);
    if (values.length > got.length)
      throw new Error(`${name}: the oracle has ${values.length} values, the tensor ${got.length}`);
    for (let i = 0; i < values.length; i++) {
      const wanted = values[i] as number;
      if ((wanted as unknown) === ANY || wanted === undefined) continue;
      if (!same(got[i]!, wanted, tolerance))
        throw new Error(`${name}[${i}] is ${got[i]}, want ${wanted}, tolerance ${tolerance}`);
      if (!Object.is(got[i], gotPieces[i]))
        throw new Error(`${name}[${i}] is ${got[i]} in one range, ${gotPieces[i]} in pieces`);
    }
  }
  for (const [name, { data, write }] of Object.entries(tensors)) {
    if (write || want[name]) continue;
    data.forEach((value, i) => {
      if (!Object.is(whole[name]![i], value)) throw new Error(`the input ${name}[${i}] was changed`);
    });
  }
}

/** Each piece may write only what no other piece writes. Untouched bytes of an output show as they differ with the dirt. */
function checkOwnership(
  ranges: [number, number][],
  tensors: Tensors,
  run: (range: [number, number], dirt: number) => Record<string, Data>,
): void {
  const owners = new Map<string, number>();
  ranges.forEach((range, piece) => {
    const [a, b] = [run(range, 0xff), run(range, 0x7b)];
    for (const [name, { data, write }] of Object.entries(tensors)) {
      for (let i = 0; i < data.length; i++) {
        const written = write ? Object.is(a[name]![i], b[name]![i]) : !Object.is(a[name]![i], data[i]);
        if (!written) continue;
        const place = `${name}[${i}]`;
        const owner = owners.get(place);
        if (owner !== undefined && owner !== piece) throw new Error(`${place} is written by two ranges`);
        owners.set(place, piece);
      }
    }
  });
}

function same(got: number, want: number, tolerance: number): boolean {
  if (Number.isNaN(want)) return Number.isNaN(got);
  if (!Number.isFinite(want)) return got === want;
  return Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want));
}

/** Uneven pieces that cover 0..extent, an empty one among them. */
function split(extent: number): [number, number][] {
  const cuts = [0, 0, Math.ceil(extent * 0.4), Math.ceil(extent * 0.7), extent].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, i) => [cuts[i]!, cut]);
}
