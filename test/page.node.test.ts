// What a page goes through while a model trains: Chromium, driven from here, on the bundle as it is served.
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("the page stays free");
const { serve } = await import(join(process.cwd(), "demo/server.mjs"));
const { launch } = await import(join(process.cwd(), "test/chromium.mjs"));

/** What the pages below have as globals. */
interface Page {
  evaluate<T>(script: string): Promise<T>;
  click(selector: string): Promise<void>;
  goto(url: string): Promise<unknown>;
  addInitScript(script: string): Promise<void>;
}

/** Counts what makes wasm instances, in the page's own realm, from before its first script. */
const COUNT_INSTANCES = `
  globalThis.instances = 0;
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const own = WebAssembly[name];
    WebAssembly[name] = (...given) => (instances++, own.apply(WebAssembly, given));
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct: (Instance, given) => (instances++, new Instance(...given)),
  });`;

/** Starts looking for long tasks; the function that comes back ends it and gives their durations. */
const WATCH = `
  globalThis.watch = () => {
    const begin = performance.now();
    const entries = [];
    const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
    observer.observe({ type: "longtask", buffered: true });
    return async () => {
      await new Promise((done) => setTimeout(done, 200));
      entries.push(...observer.takeRecords());
      observer.disconnect();
      return entries.filter(({ startTime }) => startTime >= begin).map(({ duration }) => duration);
    };
  };`;

/** 20 MB of inputs, made before anything is watched. A run without an end: a click on the button stops it. */
const TRAIN = `
  globalThis.train = async () => {
    const { sequential, input, dense } = await import("/build/whetstone.js");
    const width = 1000, rows = 5000;
    const x = new Float32Array(rows * width).map((_, i) => (i % 17) / 17);
    const y = new Float32Array(rows).map((_, i) => i % 2);
    await new Promise((done) => setTimeout(done, 100));
    const end = watch();
    const model = sequential([input({ shape: [width] }), dense({ units: 8, activation: "relu" }), dense({ units: 1 })]);
    model.compile({ optimizer: "adam", loss: "meanSquaredError", seed: 0 });
    const run = model.fit(x, y, { epochs: 1e6, validationSplit: 0.1, onEpochEnd: () => document.body.append("·") });
    document.querySelector("button").onclick = () => run.stop();
    const { stopped, epochs } = await run;
    const { data } = await model.predict(x.subarray(0, 5 * width));
    const long = await end();
    await model.dispose();
    return { stopped, epochs: epochs.length, predicted: data.length, long, instances };
  };`;

const HTML = { type: "text/html", body: '<!doctype html><link rel="icon" href="data:,"><button>Stop</button>' };

let browser: { newPage(): Promise<Page & { close(): Promise<void> }>; close(): Promise<void> };
test.before(async () => {
  browser = await launch();
});
test.after(() => browser.close());

async function onPage<T>(isolated: boolean, body: (page: Page) => Promise<T>): Promise<T> {
  const server = await serve({ isolated, routes: { "/": HTML, "/build": "build" } });
  const page = await browser.newPage();
  try {
    await page.addInitScript(COUNT_INSTANCES + WATCH + TRAIN);
    await page.goto(`${server.url}/`);
    return await body(page);
  } finally {
    await page.close();
    await server.close();
  }
}

for (const isolated of [true, false]) {
  test(`training on a page that is ${isolated ? "" : "not "}isolated: no long task, no instance, clicks arrive`, () =>
    onPage(isolated, async (page) => {
      // A task can also be long because the machine gave the page's thread no time: what the library does itself, it does
      // every time.
      let long: number[] = [];
      for (let attempt = 0; attempt < 3; attempt++) {
        const running = page.evaluate<Record<string, unknown> & { long: number[] }>("train()");
        await page.evaluate(
          "new Promise((done) => new MutationObserver(done).observe(document.body, { childList: true }))",
        );
        await page.click("button");
        const { long: tasks, epochs, ...rest } = await running;
        assert.equal(rest, { stopped: "aborted", predicted: 5, instances: 0 });
        assert.ok((epochs as number) >= 1);
        long = tasks;
        if (!long.length) break;
      }
      assert.equal(long, []);
    }));
}

test("long tasks and instances would be seen", () =>
  onPage(true, async (page) => {
    const script = `(async () => {
      const end = watch();
      await new Promise((done) => setTimeout(done, 0));
      for (const begin = performance.now(); performance.now() - begin < 80; );
      const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
      new WebAssembly.Instance(await WebAssembly.compile(bytes));
      await WebAssembly.instantiate(bytes);
      return { long: (await end()).length, instances };
    })()`;
    assert.equal(await page.evaluate(script), { long: 1, instances: 2 });
  }));

test.run();
