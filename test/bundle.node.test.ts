// The bundle as others get it: in Node, on pages of all kinds, from another origin, under a Content-Security-Policy.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("the bundle in the wild");
const root = process.cwd();
const { serve } = await import(join(root, "demo/server.mjs"));
const { launch } = await import(join(root, "test/chromium.mjs"));
const run = promisify(execFile);

/** What they have now, and little more: each row of a table costs about half a kB. */
const MOST_GZIP = {
  "whetstone.js": 127_100,
  "whetstone.cjs": 127_100,
  "whetstone.layers.js": 90_100,
  "whetstone.core.js": 59_500,
};
const COMMON = ["whetstone.layers.cjs", "whetstone.core.cjs"];
const WORKERS = ["worker.js", "worker.layers.js", "worker.core.js"];
const ANSWER_MILLISECONDS = 8000;

/** A function `train(library, options)`, as source. */
const TRAIN = readFileSync(join(root, "test/consumers/train.js"), "utf8").replace("export ", "");

interface Outcome {
  fingerprint?: string;
  workers?: number;
  epochs?: number;
  typed?: boolean;
  name?: string;
  code?: string;
  message?: string;
}

async function inNode(...script: string[]): Promise<Outcome> {
  const { stdout } = await run(process.execPath, script, { cwd: root, timeout: 30_000 });
  return JSON.parse(stdout);
}

const bundle = (file: string) => join(root, "build", file);
const PRINT = "(library, options) => train(library, options).then((o) => console.log(JSON.stringify(o)))";
const expected = await inNode(
  "--input-type=module",
  "-e",
  `import * as library from ${JSON.stringify(pathToFileURL(bundle("whetstone.js")).href)}; ${TRAIN}; (${PRINT})(library, { workers: 2 });`,
);

test("Node: imported, it trains and lets the process end", () => {
  assert.is(expected.workers, 2);
  assert.is(expected.epochs, 3);
  assert.match(expected.fingerprint!, /^[0-9a-f]{16}$/);
});

test("Node: required", async () => {
  for (const file of ["whetstone.cjs", ...COMMON]) {
    const script = `${TRAIN}; (${PRINT})(require(${JSON.stringify(bundle(file))}), { workers: 2 });`;
    assert.equal(await inNode("-e", script), expected, file);
  }
});

test("Node: neither page nor worker names what Node loads its HTTP for", async () => {
  const refuse = ["--require", join(root, "test/consumers/refuse_http.cjs")];
  for (const file of ["whetstone.cjs", ...COMMON]) {
    const script = `${TRAIN}; (${PRINT})(require(${JSON.stringify(bundle(file))}), { workers: 2 });`;
    assert.equal(await inNode(...refuse, "-e", script), expected, file);
  }
});

test("Node: required, it has the names that it has imported", async () => {
  for (const name of ["whetstone", "whetstone.layers", "whetstone.core"]) {
    const required = createRequire(join(root, "package.json"))(bundle(`${name}.cjs`));
    const imported = await import(pathToFileURL(bundle(`${name}.js`)).href);
    assert.equal(Object.keys(required).sort(), Object.keys(imported).sort(), name);
  }
});

let browser: Awaited<ReturnType<typeof launch>>;
test.before(async () => {
  browser = await launch();
});
test.after(() => browser.close());

interface Place {
  /** Where the page's script finds the library. */
  from?: string;
  /** compile's options, as source. */
  options?: string;
  /** The page's script, where it is not the usual one. */
  script?: string;
  isolated?: boolean;
  policy?: string;
}

/** What a page's own `<script type="module">` makes of the library. */
async function onPage({ from = "/build/whetstone.js", options = "{}", script, ...server }: Place): Promise<Outcome> {
  const library = `import * as library from "${from}"; ${TRAIN}`;
  const file = (type: string, body: string) => ({ type, body });
  const head = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
  const routes = {
    "/": file("text/html", head),
    "/page.js": file("text/javascript", script ?? `${library} report(await train(library, ${options}));`),
    "/nested.js": file("text/javascript", `${library} postMessage(await train(library, ${options}));`),
    "/build": bundle(""),
  };
  const { url, close } = await serve({ ...server, routes });
  const page = await browser.newPage();
  try {
    return await new Promise((report, fail) => {
      setTimeout(() => fail(new Error("the page gave no answer")), ANSWER_MILLISECONDS).unref();
      page.on("pageerror", fail);
      page
        .exposeFunction("report", report)
        .then(() => page.goto(`${url}/`))
        .catch(fail);
    });
  } finally {
    await page.close();
    await close();
  }
}

const alone = { ...expected, workers: 1 };

test("an isolated page", async () => {
  assert.equal(await onPage({ options: "{ workers: 2 }" }), expected);
});

test("the smaller ones, on pages of both kinds", async () => {
  for (const from of ["/build/whetstone.core.js", "/build/whetstone.layers.js"]) {
    assert.equal(await onPage({ from, options: "{ workers: 2 }" }), expected);
    assert.equal(await onPage({ from, isolated: false }), alone);
  }
});

test("a page without isolation", async () => {
  assert.equal(await onPage({ options: "{ workers: 2 }", isolated: false }), alone);
});

test("from another origin", async () => {
  const headers = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" };
  const other = await serve({ root, isolated: false, headers });
  try {
    const from = `${other.url}/build/whetstone.js`;
    assert.equal(await onPage({ from, options: "{ workers: 2 }" }), expected);
    assert.equal(await onPage({ from, isolated: false }), alone);
  } finally {
    await other.close();
  }
});

test("in a worker of the page", async () => {
  const script = `new Worker("/nested.js", { type: "module" }).onmessage = ({ data }) => report(data);`;
  assert.equal(await onPage({ script, options: "{ workers: 2 }" }), expected);
});

const SCRIPTS = "script-src 'self' 'wasm-unsafe-eval'";

test("under a policy that allows Blob workers", async () => {
  const policy = `${SCRIPTS}; worker-src blob:`;
  assert.equal(await onPage({ policy, options: "{ workers: 2 }" }), expected);
  assert.equal(await onPage({ policy, isolated: false }), alone);
});

test("under a policy that forbids them, the error names both cures", async () => {
  for (const isolated of [true, false]) {
    const { typed, name, code, message } = await onPage({ policy: SCRIPTS, isolated });
    assert.ok(typed);
    assert.is(name, "WorkerError");
    assert.is(code, "E_WORKER");
    assert.match(message!, "worker-src");
    assert.match(message!, "workerUrl");
  }
});

test("under that policy with workerUrl, a worker for each bundle", async () => {
  const options = (worker: string, workers = 2) => `{ workers: ${workers}, workerUrl: "/build/${worker}" }`;
  assert.equal(await onPage({ policy: SCRIPTS, options: options("worker.js") }), expected);
  for (const name of ["core", "layers"]) {
    const given = { from: `/build/whetstone.${name}.js`, policy: SCRIPTS, options: options(`worker.${name}.js`) };
    assert.equal(await onPage(given), expected);
  }
  assert.equal(await onPage({ policy: SCRIPTS, options: options("worker.js"), isolated: false }), alone);
});

test("a worker of its own trains on rows of which lists are made, and another bundle's says whose it is", async () => {
  const train = (from: string, worker: string) =>
    inNode(
      "-e",
      `(async () => {
        const { dense, input, sequential } = await import(${JSON.stringify(pathToFileURL(bundle(from)).href)});
        const model = sequential([input({ shape: [40] }), dense({ units: 33 }), dense({ units: 3, activation: "softmax" })]);
        const workerUrl = ${JSON.stringify(pathToFileURL(bundle(worker)).href)};
        model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", seed: 3, workers: 2, workerUrl });
        const x = Float32Array.from({ length: 1800 }, (_, i) => (i % 4 ? 0 : 1 / (i + 1)));
        const fitted = model.fit(x, Int32Array.from({ length: 45 }, (_, i) => i % 3));
        const outcome = fitted.then(({ fingerprint }) => ({ fingerprint }), ({ code, message }) => ({ code, message }));
        console.log(JSON.stringify(await outcome));
        await model.dispose();
      })()`,
    );
  const whole = await train("whetstone.js", "worker.js");
  assert.match(whole.fingerprint!, /^[0-9a-f]{16}$/);
  for (const name of ["core", "layers"]) {
    const page = `whetstone.${name}.js`;
    assert.equal(await train(page, `worker.${name}.js`), whole);
    const other = await train(page, "worker.js");
    assert.is(other.code, "E_WORKER");
    assert.match(other.message!, "another bundle");
  }
});

test("under a policy without WebAssembly, the error names the word for it", async () => {
  const { typed, name, code, message } = await onPage({ policy: "script-src 'self'; worker-src blob:" });
  assert.ok(typed);
  assert.is(name, "PlatformError");
  assert.is(code, "E_PLATFORM");
  assert.match(message!, "'wasm-unsafe-eval'");
});

test("no bundler meets an import", async () => {
  const { build } = createRequire(join(root, "package.json"))("esbuild");
  const options = { bundle: true, platform: "browser", write: false, metafile: true, logLevel: "silent" };
  for (const file of [...Object.keys(MOST_GZIP), ...COMMON, ...WORKERS]) {
    const { metafile, warnings } = await build({ ...options, entryPoints: [bundle(file)] });
    const inputs: { imports: unknown[] }[] = Object.values(metafile.inputs);
    assert.equal(
      inputs.flatMap(({ imports }) => imports),
      [],
      file,
    );
    assert.equal(warnings, [], file);
  }
});

test("of the loader they have what instantiates", () => {
  for (const file of [...Object.keys(MOST_GZIP), ...WORKERS]) {
    assert.not.match(readFileSync(bundle(file), "utf8"), /__newString|__getArray/, file);
  }
});

test("they are small", () => {
  for (const [file, most] of Object.entries(MOST_GZIP)) {
    const size = gzipSync(readFileSync(bundle(file)), { level: 9 }).length;
    assert.ok(size <= most, `build/${file} has ${size} bytes gzipped; ${most} is the most`);
  }
});

test.run();
