// A reader of safetensors by the specification and nothing else: it shares no code with the library's.
import * as assert from "uvu/assert";
import type { Model } from "../../src/index.js";

const SIZES: Readonly<Record<string, number>> = { F64: 8, F32: 4 };

interface Strict {
  readonly metadata: Record<string, string>;
  readonly tensors: { name: string; dtype: string; shape: number[]; bytes: Uint8Array; values: number[] }[];
}

/** Parts of a file as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Every rule of the format, and ours besides: data aligned to eight bytes, tensors in the order of their names' entries. */
export function readStrictly(file: Uint8Array): Strict {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  assert.is(length % 8, 0, "data aligned");
  const text = new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + length));
  assert.is(text[0], "{");
  assert.ok(/^\{.*\} *$/s.test(text), "padded with spaces");
  const { __metadata__: metadata, ...entries } = JSON.parse(text);
  for (const value of Object.values(metadata)) assert.type(value, "string");
  let at = 0;
  const tensors = Object.entries(entries).map(([name, value]) => {
    const { dtype, shape, data_offsets } = value as { dtype: string; shape: number[]; data_offsets: [number, number] };
    assert.equal(Object.keys(value as object).sort(), ["data_offsets", "dtype", "shape"]);
    const [start, end] = data_offsets;
    assert.is(start, at, `${name} follows the one before`);
    const size = SIZES[dtype]!;
    assert.is(
      end - start,
      shape.reduce((product, extent) => product * extent, size),
      `${name} has its size`,
    );
    assert.is(start % size, 0, `${name} is aligned`);
    at = end;
    const read = size === 8 ? "getFloat64" : "getFloat32";
    const values = Array.from({ length: (end - start) / size }, (_, i) =>
      view[read](8 + length + start + i * size, true),
    );
    return { name, dtype, shape, bytes: file.subarray(8 + length + start, 8 + length + end), values };
  });
  assert.is(8 + length + at, file.length, "no byte is left over");
  return { metadata, tensors };
}

/** A model's file. */
export const bytesOf = async (model: Model) => new Uint8Array(await (await model.toBlob()).arrayBuffer());

/** A file with some of its header's texts or tensors changed. */
export function changed(
  file: Uint8Array,
  change: (header: Record<string, never>, metadata: Record<string, string>) => void,
) {
  const length = new DataView(file.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  change(header, header.__metadata__);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setUint32(0, text.length, true);
  return joined([size, text, file.subarray(8 + length)]);
}
