// Files on a disk: written whole or not at all, and read by others.
import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, loadModel, type Model, sequential } from "../../src/index.js";
import { VERSION } from "../../src/io/model.js";
import { files } from "../../src/platform.js";
import { bitsOf, CLASSES, makeRows, ROWS, WIDTH } from "../fingerprints.js";
import { rejection } from "../threads.js";
import { judge } from "../wrong/wrong.js";
import { readStrictly } from "./strict.js";

const test = suite("files on a disk");
const data = makeRows(ROWS);
let folder: string;
let model: Model;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "whetstone-"));
  model = sequential([input({ shape: [WIDTH] }), dense({ units: CLASSES, activation: "softmax" })]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", seed: 3 });
  await model.fit(data.x, data.labels);
});
test.after(async () => {
  await model.dispose();
  rmSync(folder, { recursive: true });
});

test("saved and loaded by path; over a file that is there, and through a link", async () => {
  const path = join(folder, "a.safetensors");
  await model.save(path);
  assert.equal(new Uint8Array(readFileSync(path)), new Uint8Array(await (await model.toBlob()).arrayBuffer()));
  chmodSync(path, 0o600);
  const link = join(folder, "link");
  symlinkSync(path, link);
  await model.trainOnBatch(data.x, data.labels);
  await model.save(link);
  assert.is(statSync(path).mode & 0o777, 0o600);
  for (const from of [path, link, readFileSync(path)]) {
    const loaded = await loadModel(from);
    assert.is(await bitsOf(loaded), await bitsOf(model));
    await loaded.dispose();
  }
  assert.equal(readdirSync(folder).sort(), ["a.safetensors", "link"]);
});

test("many at once on one path: the last one whole", async () => {
  const path = join(folder, "many");
  await Promise.all(Array.from({ length: 8 }, () => model.save(path)));
  const loaded = await loadModel(path);
  assert.is(await bitsOf(loaded), await bitsOf(model));
  await loaded.dispose();
  assert.not(readdirSync(folder).some((name) => name.endsWith(".tmp")));
});

test("a failure in the middle leaves the old file, and nothing else", async () => {
  const within = join(folder, "failing");
  mkdirSync(within);
  const path = join(within, "b");
  writeFileSync(path, "old");
  const parts = [new Uint8Array(8), Symbol() as unknown as Uint8Array];
  await rejection(files()!.write(path, parts));
  assert.is(readFileSync(path, "utf8"), "old");
  assert.equal(readdirSync(within), ["b"]);
});

test("paths that are no files", async () => {
  const missing = join(folder, "no", "such", "folder");
  judge(await rejection(model.save(missing)), "no folder", "E_FILE", /^save: .*ENOENT/);
  judge(await rejection(model.save(folder)), "a folder", "E_FILE", /^save: .*no file/);
  judge(await rejection(model.save("/dev/null")), "a device", "E_FILE", /^save: .*no file/);
  judge(await rejection(model.save("a\0b")), "a zero", "E_FILE", /^save: /);
  judge(await rejection(loadModel(missing)), "none", "E_FILE", /^loadModel: .*ENOENT/);
  judge(await rejection(loadModel(folder)), "a folder", "E_FILE", /^loadModel: .*no file/);
  judge(await rejection(loadModel("/dev/zero")), "without end", "E_FILE", /^loadModel: .*no file/);
  judge(await rejection(loadModel(`/${"long/".repeat(999)}`)), "a long path", "E_FILE");
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

const PYTHON = `
import array, json, struct, sys
data = open(sys.argv[1], "rb").read()
length = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + length])
tensors, at = {}, 0
for name, entry in header.items():
    if name == "__metadata__": continue
    start, end = entry["data_offsets"]
    assert start == at, name
    values = array.array({"F32": "f", "F64": "d"}[entry["dtype"]])
    values.frombytes(data[8 + length + start:8 + length + end])
    tensors[name] = {"shape": entry["shape"], "values": values.tolist()}
    at = end
assert 8 + length + at == len(data)
print(json.dumps({"metadata": header["__metadata__"], "tensors": tensors}))
`;

test("Python reads the same numbers", async () => {
  const path = join(folder, "python.safetensors");
  await model.save(path);
  const ran = await promisify(execFile)("python3", ["-c", PYTHON, path]).catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!ran) return;
  const read = JSON.parse(ran.stdout);
  const expected = readStrictly(readFileSync(path));
  assert.equal(read.metadata, expected.metadata);
  const tensors = expected.tensors.map(({ name, shape, values }) => [name, { shape, values }]);
  assert.equal(read.tensors, Object.fromEntries(tensors));
});

test("a file says which version wrote it", () => {
  assert.is(VERSION, JSON.parse(readFileSync("package.json", "utf8")).version);
});

test.run();
