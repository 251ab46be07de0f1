// Whetstone beside its peers on the workloads of workloads.mjs, each in a process of its own, turn by turn.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cores, NEAR_NANOSECONDS } from "./cores.mjs";
import { report, table, verdict } from "./report.mjs";
import { compileRoofline, Registers } from "./roofline.mjs";
import { alternate, Child, figure, median, spread, warmUp } from "./rounds.mjs";
import { here, install, isInstalled, nodes, python, root, torchEnvironment } from "./setup.mjs";
import { WORKLOADS, withLayers, writeData } from "./workloads.mjs";

const FULL = { rounds: 7, round: 0.4, warm: 2 };
const QUICK = { rounds: 2, round: 0.03, warm: 0 };

/** What can run here: key -> how a row of the table is called, and what starts it for a request. */
function findRunners(build, roofline) {
  const [first, other] = nodes();
  const script = join(here, "child.mjs");
  const start = (command, args, options, env) => (request) =>
    new Child(command, [...args, JSON.stringify({ ...request, options })], env);
  const js = (peer, title, options, { path } = first) => [title, start(path, [script, peer], { build, ...options })];
  const torch = (threads) => [
    `PyTorch, ${threads} thread${threads > 1 ? "s" : ""}`,
    start(python(), [join(here, "peers/pytorch.py")], { threads }, torchEnvironment(threads)),
  ];
  const runners = {
    one: js("whetstone", "Whetstone, 1 worker", { workers: 1 }),
    team: js("whetstone", "Whetstone, 2 workers", { workers: 2 }),
    auto: js("whetstone", 'Whetstone, workers "auto"', { workers: "auto" }),
    full: js("whetstone", "Whetstone, 1 worker, the same rows without zeros", { workers: 1, fill: 0.001 }),
    strict: js("whetstone", "Whetstone, 1 worker, strict", { workers: 1, numerics: "strict" }),
  };
  if (other) runners.other = js("whetstone", `Whetstone, 1 worker, strict, ${other.name}`, { workers: 1 }, other);
  if (python()) Object.assign(runners, { "torch 1": torch(1), "torch 2": torch(2) });
  if (isInstalled("@tensorflow/tfjs")) runners.tfjs = js("tfjs", "TensorFlow.js, wasm, 1 thread", {});
  if (isInstalled("@jax-js/jax")) {
    runners.jax = js("jax", "jax-js, wasm, 1 thread, value-and-grad jitted", {});
    runners["jax whole"] = js("jax", "jax-js, wasm, 1 thread, all of a step in one jit", { whole: true });
  }
  if (roofline) {
    const registers = ({ workload }) => new Registers(roofline.program, workload.batch * operations(workload));
    runners.registers = ["128-bit multiply-adds on registers alone, C", registers];
  }
  return runners;
}

/** Pairs to compare: the ratio is the speed of the first by the speed of the second. */
const COMPARISONS = [
  ["one", "torch 1"],
  ["team", "torch 2"],
  ["one", "tfjs"],
  ["one", "jax"],
  ["one", "jax whole"],
  ["one", "registers"],
  ["full", "registers"],
  ["team", "one"],
  ["auto", "one"],
  ["one", "full"],
  ["strict", "one"],
  ["other", "one"],
];
const isTeam = ([first, second]) => first === "team" && second === "one";
/** Where "auto" takes one worker there is nothing to be slower than: the ratio is that of two processes that do the same. */
const isSame = ({ children }, [first]) => first === "auto" && children.auto.info.workers === 1;
/** Whose target another name has: jax-js has one in either way, and PyTorch with two threads has none. */
const OTHERS = { "torch 2": "", "jax whole": "jax" };
const targetOf = ({ targets }, [first, second]) =>
  first === "full" ? undefined : targets[second === "one" ? first : (OTHERS[second] ?? second)];

async function measure(workload, runners, { rounds, round, warm }, folder, cores) {
  const children = {};
  const comparisons = COMPARISONS.filter(
    ([first, second]) =>
      runners[first] &&
      runners[second] &&
      !(first === "auto" && !workload.targets.auto) &&
      !(second === "full" && workload.data !== "pixels") &&
      !(second === "registers" && !workload.targets.registers) &&
      !workload.without?.includes(second),
  );
  const wanted = new Set(comparisons.flat());
  try {
    for (const [key, [, start]] of Object.entries(runners)) {
      if (!wanted.has(key)) continue;
      const child = start({ workload: withLayers(workload), folder });
      children[key] = child;
      try {
        await child.ready();
        await warmUp(child, { warm, round });
      } catch (error) {
        child.failed ??= error.message;
      }
    }
    const pairs = comparisons.map(([first, second]) => [children[first], children[second]]);
    const results = await alternate(pairs, rounds, (i) => (isTeam(comparisons[i]) ? cores.measure() : undefined));
    const failures = Object.entries(children).filter(([, { failed }]) => failed);
    for (const [key, { failed }] of failures) console.log(`${workload.name}: ${runners[key][0]} failed: ${failed}`);
    return { children, failures, results: results.map((result, i) => ({ ...result, keys: comparisons[i] })) };
  } finally {
    for (const child of Object.values(children)) child.close();
  }
}

/** Rounds of a team whose cores were near each other before and behind them, and those whose cores were not, where there are both. */
function byDistance({ keys, ratios, seen }) {
  if (!isTeam(keys)) return [];
  const kinds = [
    ["near", (distance) => distance < NEAR_NANOSECONDS],
    ["far", (distance) => distance >= NEAR_NANOSECONDS],
  ].map(([name, is]) => {
    const rounds = [...ratios.keys()].filter((i) => seen[i].every(is));
    const nanoseconds = rounds.flatMap((i) => seen[i]);
    const range = `${Math.round(Math.min(...nanoseconds))} to ${Math.round(Math.max(...nanoseconds))} ns`;
    return { title: `- ${rounds.length} with ${name} cores, ${range}`, found: rounds.map((i) => ratios[i]) };
  });
  return kinds.flatMap(({ title, found }) => (found.length ? [[title, spread(found), "", "", ""]] : []));
}

/** Floating-point operations of one example: forward and both gradients, but no gradient of the rows themselves. */
const operations = ({ units }) => units.slice(1).reduce((sum, count, i) => sum + (i ? 6 : 4) * units[i] * count, 0);

/** The two tables of a workload: who is how fast, and the ratios. */
function show(workload, runners, measured) {
  const { children, results } = measured;
  const samples = (key) => {
    const steps = results.flatMap(({ keys, first, second }) => [
      ...(keys[0] === key ? first : []),
      ...(keys[1] === key ? second : []),
    ]);
    if (!steps.length) return ["failed", ""];
    const rate = workload.batch / median(steps);
    const gigaflops = workload.units ? ((rate * operations(workload)) / 1e9).toFixed(1) : "";
    return [Math.round(rate).toLocaleString("en-US"), gigaflops];
  };
  const note = ({ workers, numerics }) => (workers ? `${numerics}, ${workers} worker${workers > 1 ? "s" : ""}` : "");
  const speeds = Object.entries(children).map(([key, { info }]) => [runners[key][0], note(info), ...samples(key)]);
  const ratios = results.flatMap((result) => {
    const { keys, ratios, busy } = result;
    const target = targetOf(workload, keys);
    const [first, second] = keys.map((key) => runners[key][0]);
    const met = ratios.length ? (isSame(measured, keys) ? "yes: the same" : verdict(median(ratios), target)) : "";
    const alone = keys[0] !== "team" && keys[0] !== "auto";
    const cells = [spread(ratios), target === undefined ? "" : `>= ${target}`, met, alone ? spread(busy) : ""];
    return [[`${first} : ${second}`, ...cells], ...byDistance(result)];
  });
  return [
    `### ${workload.name}: ${workload.title}`,
    table([["", "ran as", "samples/s", "GFLOP/s"], ...speeds]),
    table([["speed", "ratio", "target", "met", "ratio by processor time"], ...ratios]),
  ].join("\n\n");
}

/** Columns of the summary: who stands beside one worker. */
const COLUMNS = {
  "torch 1": ": PyTorch",
  tfjs: ": tfjs-wasm",
  jax: ": jax-js",
  "jax whole": ": jax-js, one jit",
  registers: ": registers alone",
  team: "2 workers : 1",
  auto: "auto : 1",
};
const columnOf = ([first, second]) => (first === "full" ? undefined : COLUMNS[second === "one" ? first : second]);

/** The ratios that the targets are about, all workloads in one table. */
function summary(all) {
  const find = (results, keys) => results.find((result) => `${result.keys}` === `${keys}`);
  const columns = COMPARISONS.filter((keys) => columnOf(keys) && all.some(({ results }) => find(results, keys)));
  const cell = (measured, keys) => {
    const { workload, results } = measured;
    const target = targetOf(workload, keys);
    const found = find(results, keys);
    if (!found) return "";
    if (!found.ratios.length) return "failed";
    const value = median(found.ratios);
    if (isSame(measured, keys)) return `${figure(value)} (the same: 1)`;
    if (target === undefined) return figure(value);
    return `${figure(value)} of ${target}${value >= target ? "" : " (missed)"}`;
  };
  return table([
    ["Whetstone, 1 worker, fast", ...columns.map(columnOf)],
    ...all.map((one) => [`${one.workload.name}: ${one.workload.title}`, ...columns.map((keys) => cell(one, keys))]),
  ]);
}

/** Measures these workloads and writes the section `name` of the results. */
export async function compare(
  name,
  title,
  given,
  { quick = false, only, workload: chosen, build = join(root, "build") },
) {
  if (!quick && !only) install();
  const workloads = given
    .filter(({ name }) => !chosen || chosen.includes(name))
    .map((workload) => (quick ? { ...workload, rows: Math.min(workload.rows, 10 * workload.batch) } : workload));
  const folder = mkdtempSync(join(tmpdir(), "whetstone-bench-"));
  const isWanted = (key) => key === "one" || !only || only.includes(key);
  const hasTarget = workloads.some(({ targets }) => targets.registers);
  const roofline = hasTarget && isWanted("registers") ? compileRoofline(folder) : undefined;
  const runners = Object.fromEntries(Object.entries(findRunners(build, roofline)).filter(([key]) => isWanted(key)));
  const all = [];
  const cores = new Cores();
  try {
    await writeData(folder, workloads);
    for (const workload of workloads) {
      const result = await measure(workload, runners, quick ? QUICK : FULL, folder, cores);
      all.push({ workload, ...result });
      console.log(`\n${show(workload, runners, result)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await cores.close();
  }
  const info = (key) => all.map(({ children }) => children[key]?.info).find((found) => found?.version);
  const blas = (key) => `${info(key).version}, ${info(key).capability}, ${info(key).blas}`;
  const facts = [
    `Engine: ${nodes()
      .map(({ version }) => version)
      .join("; ")}. The first one runs all that is not named otherwise.`,
    `Cores are near where a line of the cache takes less than ${NEAR_NANOSECONDS} ns from one to the other before and behind a round.`,
    ...(all.some(({ children }) => children.registers)
      ? [
          "What the loop on registers would train is by the operations of dense products, as GFLOP/s are: those of zeros that Whetstone leaves out count as done.",
        ]
      : []),
    ...(info("torch 1") ? [`PyTorch ${blas("torch 1")}; for two: ${info("torch 2")?.blas ?? "left out"}.`] : []),
    ...(info("tfjs") ? [`TensorFlow.js ${info("tfjs").version}. jax-js ${info("jax")?.version ?? "left out"}.`] : []),
  ];
  const body = [summary(all), ...all.map((one) => show(one.workload, runners, one))].join("\n\n");
  report(name, title, facts, body, { quick: quick || Boolean(only) || Boolean(chosen) });
  return all.every(({ failures }) => failures.length === 0);
}

export default (options = {}) => compare("peers", "Peers", WORKLOADS, options);
