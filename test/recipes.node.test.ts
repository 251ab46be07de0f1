// Every snippet of demo/recipes runs as a newcomer would run it, and README has a link to each.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("recipes");
const FOLDER = "demo/recipes";
const AT_ONCE = 2;
const root = process.cwd();
const files = readdirSync(join(root, FOLDER)).sort();

/** A stack trace into the bundle quotes the whole of it. */
const isReadable = (line: string) => line.length < 300;

/** How a script ended, and what it wrote. */
function run(file: string): Promise<{ code: number | null; out: string; error: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [file], { cwd: root, timeout: 60_000 });
    let [out, error] = ["", ""];
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (error += text));
    child.on("close", (code) => done({ code, out, error }));
  });
}

/** What is wrong with a snippet; undefined if nothing. */
async function problemOf(file: string): Promise<string | undefined> {
  const { code, out, error } = await run(join(FOLDER, file));
  const last = error.split("\n").filter(isReadable);
  if (code !== 0) return `${file}: ended with ${code}\n${last.join("\n")}`;
  if (!out.trim()) return `${file}: printed nothing`;
  return error ? `${file}: warned\n${last.join("\n")}` : undefined;
}

test("each file runs, prints something, and ends without an error", async () => {
  assert.ok(files.length > 20, `${files.length} files`);
  const problems: string[] = [];
  let next = 0;
  const lane = async () => {
    while (next < files.length) problems.push((await problemOf(files[next++]!)) ?? "");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  assert.is(problems.filter(Boolean).join("\n\n"), "");
});

test("each file is a script for copying: it imports from the package, and is short", () => {
  for (const file of files) {
    assert.match(file, /^[a-z][A-Za-z0-9]*\.mjs$/);
    const text = readFileSync(join(root, FOLDER, file), "utf8");
    assert.match(text, /^\/\/ [A-Z]/, `${file} begins with what it shows`);
    assert.match(text, /from "whetstone";$/m, `${file} imports from "whetstone"`);
    assert.ok(text.trimEnd().split("\n").length <= 60, `${file} has 60 lines or fewer`);
  }
});

test("the first snippet of README runs on the data that it speaks of", async () => {
  const [, snippet] = readFileSync(join(root, "README.md"), "utf8").match(/```js\n([\s\S]*?)```/)!;
  const data = `
    import { readMnist } from "../../demo/mnist.mjs";
    const { train, test } = await readMnist();
    const pixels = train.x.subarray(0, 1000 * 784);
    const labels = Int32Array.from(train.y.subarray(0, 1000));
    const otherPixels = test.x.subarray(0, 5 * 784);`;
  const file = join("test/.cache", `readme-${process.pid}.mjs`);
  writeFileSync(join(root, file), `${data}\n${snippet}\nconsole.log(shape.join(), data.length);`);
  try {
    const { code, out, error } = await run(file);
    assert.is(code, 0, error.split("\n").filter(isReadable).join("\n"));
    assert.match(out, /^0 .*\n(.+\n)*5,10 50\n$/);
  } finally {
    rmSync(join(root, file));
  }
});

test("README has a line for each file, and none without one", () => {
  const lines = readFileSync(join(root, "README.md"), "utf8").split("\n");
  const linked = lines.flatMap((line) => {
    const found = line.match(/^\| .+ \| \[`(.+)`\]\((demo\/recipes\/.+)\) \|$/);
    return found ? [found.slice(1)] : [];
  });
  for (const [name, path] of linked) {
    assert.is(path, `${FOLDER}/${name}`);
    assert.ok(existsSync(join(root, path!)), `${path} exists`);
  }
  assert.equal(linked.map(([name]) => name).sort(), files);
});

test.run();
