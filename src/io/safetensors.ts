// Safetensors: bytes <-> named tensors and texts. Whatever the bytes are, reading ends in tensors or in a FileError, and
// nothing is allocated by what a header claims: sizes are compared with the bytes first, tensors are views.

import { short, show } from "../check.js";
import { FileError } from "../errors.js";

/** Bytes of one value by the format's name of the type. */
const TYPES: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, U16: 2, I16: 2, F16: 2, BF16: 2 },
  ...{ U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8 },
};
const ALIGNMENT = 8;
const MOST_HEADER = 16777216;
const MOST_TENSORS = 100000;
const MOST_EXTENTS = 32;
const MOST_CHARACTERS = 256;

export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
}

export interface TensorRead {
  readonly type: string;
  readonly shape: readonly number[];
  /** A view of the file. */
  readonly bytes: Uint8Array;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, TensorRead>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The parts of a file, one after the other: header, then tensors in the order given; those of eight bytes a value belong first. */
export function writeTensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer>[] {
  let end = 0;
  const entries = tensors.map(({ name, shape, data }) => {
    const start = end;
    end += data.byteLength;
    const dtype = data instanceof Float64Array ? "F64" : "F32";
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const plain = new TextEncoder().encode(text);
  const length = Math.ceil(plain.length / ALIGNMENT) * ALIGNMENT;
  if (length > MOST_HEADER || tensors.length > MOST_TENSORS) {
    const most = `at most ${MOST_TENSORS} tensors and ${MOST_HEADER} bytes of names and shapes`;
    throw new FileError(`save: expected ${most}, got ${tensors.length} and ${length}. Take fewer layers.`);
  }
  const header = new Uint8Array(8 + length).fill(32);
  new DataView(header.buffer).setUint32(0, length, true);
  header.fill(0, 4, 8).set(plain, 8);
  return [header, ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** What is wrong with a file. */
export const wrongFile = (
  expected: string,
  got: string,
  cure = "The file is damaged, or none of this kind.",
): FileError => new FileError(`loadModel: expected ${expected}, got ${got}. ${cure}`);

/** Tensors, which are views of `file`, and metadata. FileError unless every byte is where the format says. */
export function readTensors(file: Uint8Array): TensorFile {
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 8) throw wrongFile("a safetensors file", `${bytes.length} bytes`);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 4294967296;
  const most = Math.min(MOST_HEADER, bytes.length - 8);
  // "{" comes first by the format.
  if (length > most || bytes[8] !== 123) {
    throw wrongFile(
      `a safetensors file with a header of at most ${most} bytes`,
      `${length} bytes that may be anything`,
    );
  }
  // A copy: no decoder reads shared memory.
  const header = parse(bytes.slice(8, 8 + length));
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  const list = Object.entries(entries);
  if (list.length > MOST_TENSORS) throw wrongFile(`at most ${MOST_TENSORS} tensors`, `${list.length}`);
  return { tensors: readEntries(list, bytes.subarray(8 + length)), metadata: readMetadata(metadata) };
}

function parse(header: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header));
  } catch (error) {
    throw wrongFile("a header in JSON", short((error as Error).message));
  }
}

/** JSON with no key twice in an object, and none that names a prototype. Throws errors of any kind. */
export function parseJson(text: string): unknown {
  // The outermost value is a key's, too.
  let keys = -1;
  const value = JSON.parse(text, function (this: unknown, key: string, part: unknown) {
    if (key === "__proto__") throw new Error("the key __proto__");
    if (!Array.isArray(this)) keys++;
    return part;
  });
  let colons = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') quoted = !quoted;
    else if (quoted) i += character === "\\" ? 1 : 0;
    else if (character === ":") colons++;
  }
  if (colons !== keys) throw new Error("the same key twice");
  return value;
}

function readMetadata(metadata: unknown): Map<string, string> {
  const pairs = Object.entries(metadata ?? {});
  const plain = metadata !== null && typeof metadata === "object" && !Array.isArray(metadata);
  if (!plain || pairs.some(([, text]) => typeof text !== "string"))
    throw wrongFile("texts as metadata", show(metadata));
  return new Map(pairs as [string, string][]);
}

interface Entry extends Omit<TensorRead, "bytes"> {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Views of tensors that lie one behind the other, without gaps, from the first byte of the data to the last. */
function readEntries(list: readonly [string, unknown][], data: Uint8Array): Map<string, TensorRead> {
  const entries = list.map(([name, value]) => readEntry(name, value));
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const { name, start, end } of entries) {
    if (start !== at || end > data.length) {
      throw wrongFile(`${show(name)} at bytes ${at} to at most ${data.length}`, `${start} to ${end}`);
    }
    at = end;
  }
  if (at !== data.length) throw wrongFile(`${at} bytes of tensors`, `${data.length}`);
  return new Map(
    entries.map(({ name, type, shape, start, end }) => [name, { type, shape, bytes: data.subarray(start, end) }]),
  );
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areSizes = (list: unknown, most: number): list is number[] =>
  Array.isArray(list) && list.length <= most && list.every(isSize);

function readEntry(name: string, value: unknown): Entry {
  if (!name || name.length > MOST_CHARACTERS) {
    throw wrongFile(`names of 1 to ${MOST_CHARACTERS} characters`, show(name));
  }
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const bytes = typeof dtype === "string" && Object.hasOwn(TYPES, dtype) ? TYPES[dtype]! : 0;
  if (!bytes || !areSizes(shape, MOST_EXTENTS) || !areSizes(offsets, 2) || offsets.length !== 2) {
    throw wrongFile(`dtype, shape and data_offsets of ${show(name)}`, show(value));
  }
  const [start, end] = offsets as [number, number];
  // A product that is not exact is not the size of anything that fits in a file.
  const size = shape.reduce((product, extent) => product * extent, bytes);
  if (!isSize(size) || end - start !== size) {
    throw wrongFile(`${size} bytes for ${show(name)} of ${dtype} ${show(shape)}`, `bytes ${start} to ${end}`);
  }
  return { name, type: dtype as string, shape, start, end };
}
