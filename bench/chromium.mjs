// Whetstone and TensorFlow.js on cross-origin isolated pages of one Chromium, a tab for each, turn by turn.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../demo/server.mjs";
import { launch } from "../test/chromium.mjs";
import { report, table, verdict } from "./report.mjs";
import { alternate, median, spread, warmUp } from "./rounds.mjs";
import { here, install, isInstalled, modules, root } from "./setup.mjs";
import { files, typed, WORKLOADS, withLayers, writeData } from "./workloads.mjs";

const FULL = { rounds: 7, round: 0.4, warm: 2 };
const QUICK = { rounds: 2, round: 0.03, warm: 0 };
const NAMES = ["A", "B", "E"];

/** key -> title, the peer and its options. */
const TABS = {
  one: ["Whetstone, 1 worker", "whetstone", { workers: 1 }],
  team: ["Whetstone, 2 workers", "whetstone", { workers: 2 }],
  tfjs: ["TensorFlow.js, wasm, 1 thread", "tfjs", { threads: 1 }],
  "tfjs 2": ["TensorFlow.js, wasm, 2 threads", "tfjs", { threads: 2 }],
};
const COMPARISONS = [
  ["one", "tfjs"],
  ["team", "tfjs 2"],
  ["team", "one"],
];

const PAGE = {
  type: "text/html; charset=utf-8",
  body: '<!doctype html><title>Bench</title><link rel="icon" href="data:,">',
};

/** Runs in the page: loads a library and the rows, and keeps the peer for later calls. */
async function open({ peer, options, workload, names }) {
  const script = (address) =>
    new Promise((done, failed) => {
      const element = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
      document.head.append(element);
    });
  let library;
  if (peer === "whetstone") library = await import("/build/whetstone.js");
  else {
    await script("/modules/@tensorflow/tfjs/dist/tf.min.js");
    await script("/modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js");
    library = globalThis.tf;
    library.wasm.setWasmPaths("/modules/@tensorflow/tfjs-backend-wasm/dist/");
    library.wasm.setThreadsCount(options.threads);
    await library.setBackend("wasm");
  }
  const { create } = await import(`/bench/peers/${peer}.mjs`);
  const { typed } = await import("/typed.mjs");
  const read = async (name) => (await fetch(`/data/${name}`)).arrayBuffer();
  const rows = typed(workload, await read(names.x), await read(names.y));
  globalThis.peer = await create(library, workload, rows, options);
  const threads = peer === "tfjs" ? library.wasm.getThreadsCount() : undefined;
  return { isolated: crossOriginIsolated, threads, version: library.version?.tfjs };
}

/** What warmUp and alternate take: a page. */
class Tab {
  steps = 2;
  info = {};
  failed;
  #page;

  async start(browser, url, given) {
    this.#page = await (await browser.newContext()).newPage();
    await this.#page.goto(`${url}/`);
    Object.assign(this.info, await this.#page.evaluate(open, given));
    if (!this.info.isolated) throw new Error("the page is not cross-origin isolated");
  }

  async run() {
    try {
      const { steps, seconds, info } = await this.#page.evaluate((count) => globalThis.peer.run(count), this.steps);
      Object.assign(this.info, info);
      return { step: seconds / steps, seconds };
    } catch (error) {
      this.failed ??= error.message;
      throw error;
    }
  }

  close = () => this.#page?.context().close();
}

async function measure(workload, browser, url, { rounds, ...times }, available) {
  const tabs = {};
  for (const key of available) {
    const [title, peer, options] = TABS[key];
    tabs[key] = new Tab();
    try {
      await tabs[key].start(browser, url, { peer, options, workload, names: files(workload) });
      await warmUp(tabs[key], times);
    } catch (error) {
      tabs[key].failed ??= error.message;
      console.log(`${workload.name}: ${title} failed: ${error.message}`);
    }
  }
  const comparisons = COMPARISONS.filter((keys) => keys.every((key) => available.includes(key)));
  const results = await alternate(
    comparisons.map(([first, second]) => [tabs[first], tabs[second]]),
    rounds,
  );
  for (const tab of Object.values(tabs)) await tab.close();
  const rate = (steps) =>
    steps.length ? Math.round(workload.batch / median(steps)).toLocaleString("en-US") : "failed";
  const rows = results.map(({ first, second, ratios }, i) => {
    const [a, b] = comparisons[i];
    const target = b === "tfjs 2" ? undefined : workload.targets[b === "one" ? a : b];
    const met = ratios.length ? verdict(median(ratios), target) : "";
    const cells = [rate(first), rate(second), spread(ratios), target === undefined ? "" : `>= ${target}`, met];
    return [`${workload.name}: ${TABS[a][0]} : ${TABS[b][0]}`, ...cells];
  });
  return { rows, tabs };
}

export default async function chromium({ quick = false, only, build = join(root, "build") } = {}) {
  if (!quick) install();
  const peers = isInstalled("@tensorflow/tfjs") ? Object.keys(TABS) : ["one", "team"];
  const available = peers.filter((key) => !only || only.includes(key));
  const workloads = WORKLOADS.filter(({ name }) => NAMES.includes(name)).map((workload) =>
    withLayers(quick ? { ...workload, rows: 1280 } : workload),
  );
  const data = mkdtempSync(join(tmpdir(), "whetstone-bench-"));
  const browser = await launch();
  const rows = [];
  let server;
  let info = {};
  try {
    await writeData(data, workloads);
    const script = { type: "text/javascript", body: `export const typed = ${typed};` };
    const routes = { "/": PAGE, "/typed.mjs": script, "/data/": data, "/build/": build, "/modules/": modules };
    server = await serve({ routes: { ...routes, "/bench/": here } });
    for (const workload of workloads) {
      const result = await measure(workload, browser, server.url, quick ? QUICK : FULL, available);
      for (const { info: found } of Object.values(result.tabs)) info = { ...info, ...found, ...pickNumerics(found) };
      rows.push(...result.rows);
      console.log(result.rows.map((row) => row.join("  ")).join("\n"));
    }
    const facts = [
      `Engine: Chromium ${browser.version()}, headless, cross-origin isolated pages; Whetstone's kernels: ${info.ran}.`,
      ...(info.version ? [`TensorFlow.js ${info.version}, on the page's own thread.`] : []),
    ];
    const head = ["first : second", "first, samples/s", "second, samples/s", "ratio", "target", "met"];
    report("chromium", "Chromium", facts, table([head, ...rows]), { quick: quick || Boolean(only) });
  } finally {
    await browser.close();
    await server?.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** The kernels that ran, where it was Whetstone. */
const pickNumerics = ({ numerics }) => (numerics ? { ran: numerics } : {});
