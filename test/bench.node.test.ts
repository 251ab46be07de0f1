import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("bench");
const { gcc } = await import(join(process.cwd(), "bench/setup.mjs"));
const run = promisify(execFile);
const bench = (...args: string[]) => run(process.execPath, ["bench/run.mjs", ...args], { timeout: 120_000 });

/** Cells of the rows that begin with a text. */
const rowsOf = (output: string, begin: string) =>
  output
    .split("\n")
    .filter((line) => line.startsWith(`| ${begin}`))
    .map((line) => line.split("|").map((cell) => cell.trim()));

test("a quick run gives a table with every workload, and changes no results", async () => {
  const file = "bench/results.md";
  const before = existsSync(file) ? statSync(file).mtimeMs : undefined;
  const { stdout } = await bench("--quick", "--only=one,team,registers");
  const [, summary = ""] = stdout.split("## Peers");
  for (const workload of ["A: 784-64-10", "B: 784-64-64-10", "C: 784-512-512-10", "D: 13-10-1", "E: 64-64-10"]) {
    const rows = rowsOf(summary, workload);
    assert.is(rows.length, 1, workload);
    assert.ok(
      rows[0]!.some((cell) => /^\d+\.\d+( of [\d.]+( \(missed\))?)?$/.test(cell)),
      `${workload}: ${rows[0]}`,
    );
  }
  const speeds = [...rowsOf(summary, "Whetstone, 1 worker "), ...rowsOf(summary, "Whetstone, 2 workers ")];
  const plain = speeds.filter(([, name]) => !name!.includes(":"));
  assert.is(plain.length, 10);
  for (const [, name, ranAs, rate] of plain) {
    assert.match(ranAs!, name!.includes("1") ? /^(fast|strict), 1 worker$/ : /^(fast|strict), 2 workers$/);
    assert.ok(Number(rate!.replaceAll(",", "")) > 0, `${name}: ${rate}`);
  }
  const [loop] = rowsOf(summary, "128-bit multiply-adds");
  const compiles = process.arch === "x64" && gcc() !== undefined;
  assert.is(loop !== undefined, compiles, "the register loop, where its program compiles");
  if (loop) assert.ok(Number(loop[3]!.replaceAll(",", "")) > 0, loop[3]);
  assert.match(summary, /Engine: Node \d+/);
  assert.is(existsSync(file) ? statSync(file).mtimeMs : undefined, before);
});

test("a quick run of other layers gives a table with every net", async () => {
  const { stdout } = await bench("layers", "--quick", "--only=one,team");
  const [, summary = ""] = stdout.split("## Layers");
  for (const net of ["LeNet", "Transformer", "LSTM"]) {
    const rows = rowsOf(summary, `${net}: `);
    assert.is(rows.length, 1, net);
    assert.match(rows[0]![2]!, /^\d+\.\d+( of [\d.]+( \(missed\))?)?$/, `${net}: ${rows[0]}`);
  }
  const speeds = rowsOf(summary, "Whetstone, 1 worker ").filter(([, name]) => !name!.includes(":"));
  assert.is(speeds.length, 3);
  for (const [, name, , rate] of speeds) assert.ok(Number(rate!.replaceAll(",", "")) > 0, `${name}: ${rate}`);
});

test("names that nothing has are refused", async () => {
  for (const [given, expected] of [
    ["nothing", /expected peers, layers, gemm, chromium, limits, recipe, got nothing/],
    ["--slow", /expected quick, only, workload, build, got --slow/],
  ] as const) {
    const error = await bench(given).then(
      () => undefined,
      (error) => error,
    );
    assert.is(error?.code, 2);
    assert.match(error.stderr, expected);
  }
});

test.run();
