// What a run costs beside its arithmetic: the start, memory over many fits, the caller's thread, barriers, subnormal numbers.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build as bundle } from "esbuild";
import { report, table } from "./report.mjs";
import { figure, median } from "./rounds.mjs";
import { here, install, nodes, root } from "./setup.mjs";

const run = promisify(execFile);
const FRESH = 7;
/** Kilobytes a fit that count as none: what the engine itself keeps about code it runs. */
const NONE = 0.2;

/** Kilobytes a fit, by least squares. */
function slope(samples, key) {
  const n = samples.length;
  const mean = (of) => samples.reduce((sum, sample) => sum + of(sample), 0) / n;
  const [x, y] = [mean(({ fits }) => fits), mean((sample) => sample[key])];
  const over = mean((sample) => (sample.fits - x) * (sample[key] - y));
  return (1000 * over) / mean(({ fits }) => (fits - x) ** 2);
}

export default async function limits({ quick = false, build = join(root, "build") } = {}) {
  if (!quick) install();
  const engines = nodes();
  const rows = [];
  const add = (name, value, promise = "", kept = "") => {
    rows.push([name, value, promise, kept === "" ? "" : kept ? "yes" : "NO"]);
    console.log(rows.at(-1).join("  "));
  };
  const job = async (name, extra = "", { path } = engines[0]) => {
    const flags = ["--expose-gc", join(here, "limits.child.mjs"), name, build, extra];
    const { stdout } = await run(path, flags, { timeout: 600_000 });
    return JSON.parse(stdout);
  };
  const ms = (value) => `${figure(value)} ms`;
  const below = (name, value, limit, unit = "ms") =>
    add(name, `${figure(value)} ${unit}`, `< ${limit} ${unit}`, value < limit);

  for (const engine of engines) {
    const all = [];
    for (let i = 0; i < (quick ? 1 : FRESH); i++) all.push(await job("first", "", engine));
    const of = (key) => median(all.map((one) => one[key]));
    below(`${engine.name}: fit() of one batch in a cold process, 10 MB`, of("cold"), 300);
    add(`${engine.name}: the same since the process started, data made`, ms(of("sinceStart")));
    below(`${engine.name}: fit() of one batch on a warm engine, 10 MB copied and checked`, of("warm"), 10);
    below(`${engine.name}: fit() of one batch on a warm engine, 0.3 MB`, of("warmSmall"), 10);
  }
  if (!quick) {
    for (const [kind, title] of [
      ["same", "one model"],
      ["new", "a new model each"],
    ]) {
      const { samples, perFit } = await job("fits", kind);
      const parts = ["rss", "external", "heapUsed"].map((key) => `${key} ${slope(samples, key).toFixed(2)}`);
      const kept = ["external", "heapUsed"].every((key) => slope(samples, key) < NONE);
      const [first, last] = [samples[0], samples.at(-1)].map(({ rss }) => rss.toFixed(0));
      add(`1,000 fits behind 1,000 others, ${title}: kB a fit`, parts.join(", "), "0 of heap and external", kept);
      add(
        `1,000 fits behind 1,000 others, ${title}: resident at the first and the last, time of a fit`,
        `${first} MB, ${last} MB, ${ms(perFit)}`,
      );
    }
    const { p50, p99, max, first } = await job("delay");
    below("caller's event loop while 188 MB go in: p99 of its delay", p99, 16);
    add("the same: median, greatest, until the first batch was done", [p50, max, first].map(ms).join(", "));
    for (const kind of ["sgd", "adam"]) {
      const { first, last, tiny } = await job("subnormal", kind);
      const share = (100 * last) / first;
      const name = `100,000 steps with dead units, ${kind}: last tenth's rate by the first's`;
      add(
        name,
        `${share.toFixed(0)} % (${(100 * tiny).toFixed(0)} % of the kernel below 1e-20)`,
        ">= 90 %",
        share >= 90,
      );
    }
  }
  const folder = mkdtempSync(join(tmpdir(), "whetstone-limits-"));
  try {
    const team = join(folder, "team.mjs");
    await bundle({ entryPoints: [join(root, "src/team.ts")], bundle: true, format: "esm", outfile: team });
    const { least, median: middle, most, step } = await job("barrier", team);
    below("barrier of two threads that do nothing else", middle, 10, "us");
    add("the same: least and greatest mean of 5,000", `${figure(least)} us, ${figure(most)} us`);
    add("step of a tiny net, 2 workers less 1: all barriers of a step", `${figure(step)} us`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const crowd = await job("crowd");
  for (const [workers, { rate, cores }] of Object.entries(crowd)) {
    add(
      `784-64-10, batch 32, ${workers} worker${workers > 1 ? "s" : ""}`,
      `${figure(rate)} steps/s, ${figure(cores)} cores busy`,
    );
  }
  const facts = [`Engine: ${engines.map(({ version }) => version).join("; ")}; the first one where none is named.`];
  report("limits", "Limits", facts, table([["", "measured", "promise", "kept"], ...rows]), { quick });
}
