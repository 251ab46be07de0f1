// What people see first: npm start in a pipe, the reader of MNIST, and the page.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("the demo");
const root = process.cwd();
const { serve } = await import(join(root, "demo/server.mjs"));
const { routes } = await import(join(root, "demo/serve.mjs"));
const { readMnist } = await import(join(root, "demo/mnist.mjs"));
const { readIdx } = await import(join(root, "demo/idx.mjs"));
const { launch } = await import(join(root, "test/chromium.mjs"));

test("reads MNIST as it was published", async () => {
  const { train, test: held } = await readMnist();
  assert.equal([train.rows, train.x.length, train.y.length], [60_000, 60_000 * 784, 60_000]);
  assert.equal([held.rows, held.x.length, held.y.length], [10_000, 10_000 * 784, 10_000]);
  assert.equal([...train.y.subarray(0, 8)], [5, 0, 4, 1, 9, 2, 1, 3]);
  assert.equal([...held.y.subarray(0, 8)], [7, 2, 1, 0, 4, 1, 4, 9]);
  const ink = held.x.subarray(0, 784).reduce((sum: number, pixel: number) => sum + pixel, 0);
  assert.is(ink, 18_454);
});

test("refuses files that are not MNIST's", () => {
  const images = (...rest: number[]) => Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, ...rest);
  const labels = (count: number, ...rest: number[]) => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, count, ...rest);
  assert.equal([...readIdx(images(7, 8), labels(1, 3)).x], [7, 8]);
  assert.throws(() => readIdx(labels(1, 3), labels(1, 3)), /expected an IDX file of images/);
  assert.throws(() => readIdx(images(7), labels(1, 3)), /expected 2 bytes of images, got 1/);
  assert.throws(() => readIdx(images(7, 8), labels(2, 3, 3)), /expected 1 labels, got 2/);
});

test("npm start in a pipe: plain lines, and Ctrl-C ends it with the result", async () => {
  const child = spawn(process.execPath, ["demo/start.mjs"], { cwd: root, env: { ...process.env, CI: "1" } });
  let output = "";
  const row = /^ {4}1 +\d\.\d{4} +\d+\.\d\d % +\d\.\d{4} +\d+\.\d\d % +[\d,]+ +\d+\.\d\d$/m;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      output += text;
      if (!child.killed && row.test(output)) child.kill("SIGINT");
    });
  const code = await new Promise((done) => child.on("close", done));
  assert.is(code, 0, output);
  assert.match(output, /^epoch +loss +accuracy +valLoss +valAccuracy +samples\/s +seconds$/m);
  assert.match(output, row);
  assert.match(output, /^test accuracy \d\d\.\d\d % /m);
  assert.match(output, /^stopped +aborted/m);
  for (const name of ["rate", "workers", "numerics", "seed", "fingerprint"])
    assert.match(output, new RegExp(`^${name} +\\S`, "m"));
  const control = [...output].filter((character) => character < " " && character !== "\n");
  assert.equal(control, []);
  assert.equal(
    output.split("\n").filter((line) => line.length > 80),
    [],
  );
});

test("the page trains, pauses, answers, stops, and says why it has no threads", async () => {
  const browser = await launch();
  const plain = await serve({ routes, isolated: false });
  const isolated = await serve({ routes });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error: Error) => errors.push(error.message));
    page.on("console", (message: { type(): string; text(): string }) => {
      if (message.type() === "error") errors.push(message.text());
    });
    const text = (id: string) => page.textContent(`#${id}`);
    const shows = (id: string, pattern: RegExp) =>
      page.waitForFunction(`${pattern}.test(document.getElementById("${id}").textContent)`, undefined, {
        timeout: 30_000,
      });

    await page.goto(`${plain.url}/`);
    await shows("reason", /cross-origin isolated/);
    await page.goto(`${isolated.url}/`);
    assert.ok(await page.isHidden("#reason"));
    await page.click("#start");
    await shows("epoch", /^2 of 10$/);
    await page.click("#pause");
    assert.is(await text("status"), "Paused.");
    // Epochs that ended before the pause reached the worker are still told.
    await page.waitForTimeout(500);
    const loss = await text("loss");
    await page.click("#other");
    await shows("digits", /\d+ %|it is \d/);
    await page.waitForTimeout(500);
    assert.is(await text("loss"), loss);
    await page.click("#pause");
    await page.click("#stop");
    await shows("result", /^Test accuracy 9\d\.\d\d % on 10,000 digits\./);
    assert.is(await text("status"), "Stopped.");
    assert.match((await text("workers"))!, /^\d+$/);
    assert.match((await text("accuracy"))!, /^9\d\.\d\d %$/);
    assert.equal(errors, []);
  } finally {
    await Promise.all([browser.close(), plain.close(), isolated.close()]);
  }
});

test.run();
