import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseJson, readTensors, type TensorToWrite, writeTensors } from "../../src/io/safetensors.js";
import { judge } from "../wrong/wrong.js";
import { joined, readStrictly } from "./strict.js";

const test = suite("safetensors");

const tensors: TensorToWrite[] = [
  { name: "counts", shape: [3], data: Float64Array.of(1, 2 ** 40, 0.1) },
  { name: "dense_0.kernel", shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, Number.NaN) },
  { name: "none", shape: [0, 4], data: new Float32Array(0) },
  { name: 'a "quoted": ümläut \ud800', shape: [], data: Float32Array.of(7) },
];
const metadata = { format: "x", text: '{"a":["b\\"",":"]}' };
const whole = joined(writeTensors(tensors, metadata));

/** A file with this header and so many bytes of data. */
function file(header: unknown, bytes = 0, length?: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const made = new Uint8Array(8 + text.length + bytes);
  new DataView(made.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  made.set(text, 8);
  return made;
}
const entry = (dtype: unknown, shape: unknown, from: unknown, to: unknown) => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

/** Reads, or fails as it should; whether it could be read. */
function survives(bytes: Uint8Array, what: string): boolean {
  try {
    for (const { bytes: view } of readTensors(bytes).tensors.values()) assert.is(view.buffer, bytes.buffer);
    return true;
  } catch (error) {
    judge(error, what, "E_FILE");
    return false;
  }
}

test("what was written is what is read", () => {
  const { tensors: read, metadata: texts } = readTensors(whole);
  assert.equal([...texts], Object.entries(metadata));
  assert.is(read.size, tensors.length);
  for (const { name, shape, data } of tensors) {
    const found = read.get(name)!;
    assert.equal(found.shape, shape);
    assert.is(found.type, data instanceof Float64Array ? "F64" : "F32");
    assert.equal([...found.bytes], [...new Uint8Array(data.buffer)]);
  }
});

test("a reader by the specification alone reads the same", () => {
  const read = readStrictly(whole);
  assert.equal(read.metadata, metadata);
  assert.equal(
    read.tensors.map(({ name, shape, bytes }) => [name, shape, [...bytes]]),
    tensors.map(({ name, shape, data }) => [name, [...shape], [...new Uint8Array(data.buffer)]]),
  );
});

test("any order of names, types we never write, white space, unknown members", () => {
  const header = {
    b: { ...entry("BF16", [2], 4, 8), more: 1 },
    a: entry("I32", [], 0, 4),
    c: entry("U8", [1, 0], 8, 8),
  };
  const { tensors: read, metadata: texts } = readTensors(file(`${JSON.stringify(header)}   `, 8));
  assert.equal([...read.keys()].sort(), ["a", "b", "c"]);
  assert.is(read.get("b")!.bytes.length, 4);
  assert.is(texts.size, 0);
  assert.is(readTensors(file("{}")).tensors.size, 0);
});

test("views: a Buffer's, one with an offset, shared memory", () => {
  const shifted = new Uint8Array(whole.length + 3);
  shifted.set(whole, 3);
  assert.equal([...readTensors(shifted.subarray(3)).tensors.get("counts")!.shape], [3]);
  if (typeof SharedArrayBuffer === "undefined") return;
  const shared = new Uint8Array(new SharedArrayBuffer(whole.length));
  shared.set(whole);
  assert.is(readTensors(shared).tensors.size, 4);
});

test("cut off anywhere, or longer by a byte, it is no file", () => {
  for (let length = 0; length < whole.length; length++) {
    assert.not(survives(whole.subarray(0, length), `${length} bytes`), `${length} bytes were read`);
  }
  assert.not(survives(joined([whole, new Uint8Array(1)]), "a byte more"));
});

test("any byte of the header changed: read, or refused", () => {
  const header = whole.length - tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
  let refused = 0;
  for (let at = 0; at < header; at++) {
    for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
      const changed = whole.slice();
      changed[at]! ^= flip;
      if (!survives(changed, `byte ${at} ^ ${flip}`)) refused++;
    }
  }
  assert.ok(refused > header, `${refused} of ${header * 9}`);
});

test("random bytes behind a right length", () => {
  let random = 1;
  const next = () => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random >>> 24;
  };
  const letters = '{}[]":,\\0123456789-.eE dtypeshapdata_offsF32U8null';
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 60 }, () => letters[next() % letters.length]).join("");
    survives(file(`{${text}`, next() % 32), text);
  }
});

const wrong: readonly (readonly [what: string, bytes: Uint8Array, text: RegExp])[] = [
  ["nothing", new Uint8Array(0), /got 0 bytes/],
  ["a length beyond the file", file("{}", 0, 3), /header of at most 2 bytes, got 3 bytes/],
  ["a huge length", file("{}", 0, Number.MAX_SAFE_INTEGER), /got 9007199254740991/],
  ["a length of 64 bits", new Uint8Array(16).fill(255), /got 18446744073709552000/],
  ["a header over its budget", file("{}", 16777218, 16777217), /at most 16777216 bytes/],
  ["white space first", file(" {}"), /header/],
  ["an array", file("[]"), /header/],
  ["no JSON", file("{,}"), /header in JSON/],
  ["no UTF-8", file("{}").fill(0xff, 9), /header in JSON/],
  ["deep", file(`{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`), /expected/],
  [
    "a key twice",
    file(`{"a":${JSON.stringify(entry("U8", [0], 0, 0))},"a":${JSON.stringify(entry("U8", [0], 0, 0))}}`),
    /same key twice/,
  ],
  ["a key twice within", file('{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /same key twice/],
  ["a key twice in other letters", file('{"__metadata__":{"a":"1","\\u0061":"2"}}'), /same key twice/],
  ["a prototype", file('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /__proto__/],
  [
    "a prototype, disguised",
    file('{"a":{"\\u005f_proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}}'),
    /__proto__/,
  ],
  ["metadata that are no texts", file('{"__metadata__":{"a":1}}'), /texts as metadata/],
  ["metadata of another kind", file('{"__metadata__":"abc"}'), /texts as metadata/],
  ["metadata null", file('{"__metadata__":null}'), /texts as metadata/],
  ["metadata in a list", file('{"__metadata__":["a"]}'), /texts as metadata/],
  ["an entry of another kind", file({ a: null }), /dtype, shape and data_offsets of "a"/],
  ["no shape", file({ a: { dtype: "U8", data_offsets: [0, 0] } }), /"a"/],
  ["an unknown type", file({ a: entry("F31", [0], 0, 0) }), /F31/],
  ["a type of the prototype's", file({ a: entry("toString", [0], 0, 0) }), /toString/],
  ["a negative extent", file({ a: entry("U8", [-1, -1], 0, 1) }, 1), /"a"/],
  ["an extent with a fraction", file({ a: entry("U8", [0.5, 2], 0, 1) }, 1), /"a"/],
  ["an extent as text", file({ a: entry("U8", ["1"], 0, 1) }, 1), /"a"/],
  ["an extent beyond whole numbers", file('{"a":{"dtype":"U8","shape":[1e300],"data_offsets":[0,1]}}', 1), /"a"/],
  ["a product beyond whole numbers", file({ a: entry("F32", [2 ** 30, 2 ** 30], 0, 4) }, 4), /bytes 0 to 4/],
  ["no product at all", file({ a: entry("U8", [...Array(31).fill(2 ** 53 - 1), 0], 0, 0) }), /bytes 0 to 0/],
  ["many extents", file({ a: entry("U8", Array(33).fill(1), 0, 1) }, 1), /"a"/],
  ["a size that is not the shape's", file({ a: entry("F32", [2], 0, 4) }, 4), /expected 8 bytes for "a"/],
  ["an end before the start", file({ a: entry("F32", [1], 4, 0) }, 4), /"a"/],
  ["one offset", file({ a: { dtype: "U8", shape: [0], data_offsets: [0] } }), /"a"/],
  ["a negative offset", file({ a: entry("U8", [1], -1, 0) }, 1), /"a"/],
  ["beyond the end", file({ a: entry("U8", [5], 0, 5) }, 4), /"a"/],
  ["a gap first", file({ a: entry("U8", [1], 1, 2) }, 2), /"a"/],
  ["a gap", file({ a: entry("U8", [1], 0, 1), b: entry("U8", [1], 2, 3) }, 3), /"b" at bytes 1/],
  ["one over the other", file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 1, 3) }, 3), /"b" at bytes 2/],
  ["the same place", file({ a: entry("U8", [2], 0, 2), b: entry("U8", [2], 0, 2) }, 2), /at bytes 2/],
  ["bytes that belong to nobody", file({ a: entry("U8", [1], 0, 1) }, 2), /expected 1 bytes of tensors, got 2/],
  ["a name without letters", file({ "": entry("U8", [0], 0, 0) }), /names of 1 to 256/],
  ["a long name", file({ ["a".repeat(257)]: entry("U8", [0], 0, 0) }), /names of 1 to 256/],
  [
    "too many tensors",
    file(Object.fromEntries(Array.from({ length: 100001 }, (_, i) => [`t${i}`, 0]))),
    /at most 100000 tensors, got 100001/,
  ],
];

test("whatever else is wrong with a header is said", () => {
  for (const [what, bytes, text] of wrong) {
    assert.throws(
      () => readTensors(bytes),
      (error: unknown) => {
        judge(error, what, "E_FILE", text);
        return true;
      },
      what,
    );
  }
  assert.is(({} as { dtype?: string }).dtype, undefined);
});

test("JSON: keys are counted whatever texts look like", () => {
  for (const value of [1, "a:b", [], [{ a: 1 }, { a: [":", '\\":'] }], { a: { a: { a: null } }, '":"': "\\" }]) {
    assert.equal(parseJson(JSON.stringify(value, undefined, 1)), value);
  }
  assert.throws(() => parseJson('[{"a":1,"a":1}]'), /twice/);
  assert.throws(() => parseJson('{"a":1'), SyntaxError);
});

test("writing too many names is refused, as reading them would be", () => {
  const data = new Float32Array(0);
  const many = Array.from({ length: 100001 }, (_, i) => ({ name: `${i}`, shape: [0], data }));
  assert.throws(
    () => writeTensors(many, {}),
    (error: unknown) => {
      judge(error, "many", "E_FILE", /at most 100000/);
      return true;
    },
  );
});

test.run();
