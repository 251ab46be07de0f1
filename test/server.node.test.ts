import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("demo server");
const { serve } = await import(join(process.cwd(), "demo/server.mjs"));

const using = async (options: object, body: (url: string) => Promise<void>) => {
  const server = await serve(options);
  try {
    await body(server.url);
  } finally {
    await server.close();
  }
};
const page = { type: "text/html", body: "<title>Page</title>" };

test("serves folders and pages with their types", () =>
  using({ routes: { "/source": "src", "/": "demo", "/page.html": page } }, async (url) => {
    const type = async (path: string) => (await fetch(url + path)).headers.get("content-type");
    assert.is(await type("/page.html"), "text/html");
    assert.is(await type("/server.mjs"), "text/javascript; charset=utf-8");
    assert.is(await type("/source/kernels.ts"), "application/octet-stream");
    assert.is(await (await fetch(`${url}/page.html`)).text(), page.body);
    assert.is((await fetch(`${url}/source/nothing.js`)).status, 404);
  }));

test("stays below the folder", () =>
  using({ root: "demo" }, async (url) => {
    for (const path of [
      "/..%2fpackage.json",
      "/..%5c..%2fpackage.json",
      "/%2e%2e/package.json",
      "//package.json",
      "/%",
    ])
      assert.ok((await fetch(url + path)).status >= 400, path);
  }));

test("isolates, or does not, and sends a policy", async () => {
  await using({ root: "demo", isolated: true }, async (url) => {
    const { headers } = await fetch(`${url}/server.mjs`);
    assert.is(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.is(headers.get("cross-origin-embedder-policy"), "require-corp");
    assert.is(headers.get("cross-origin-resource-policy"), "same-origin");
  });
  const policy = "script-src 'self'";
  await using({ root: "demo", isolated: false, policy, headers: { "X-Extra": "1" } }, async (url) => {
    const { headers } = await fetch(`${url}/server.mjs`);
    assert.is(headers.get("cross-origin-embedder-policy"), null);
    assert.is(headers.get("content-security-policy"), policy);
    assert.is(headers.get("x-extra"), "1");
  });
});

test.run();
