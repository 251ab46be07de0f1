// A small static server on the loopback address, with the headers that cross-origin isolation needs.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
};
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * Serves the folder `root`, or `routes`: address prefix -> folder, or exact address -> { type, body }. The longest
 * matching prefix wins. `headers` come on top; `policy` is a Content-Security-Policy.
 */
export async function serve({ root, routes = { "/": root }, isolated = true, headers = {}, policy, port = 0 }) {
  const all = {
    "Cache-Control": "no-store",
    ...(isolated ? ISOLATION : {}),
    ...(policy ? { "Content-Security-Policy": policy } : {}),
    ...headers,
  };
  const prefixes = Object.keys(routes).sort((a, b) => b.length - a.length);
  const server = createServer(async ({ url, method }, response) => {
    const answer = (status, type, body) => {
      response.writeHead(status, { ...all, "Content-Type": type, "Content-Length": body.length });
      response.end(method === "HEAD" ? undefined : body);
    };
    try {
      const path = decodeURIComponent(new URL(`http://localhost${url}`).pathname);
      const found = await find(path, routes, prefixes);
      if (found) answer(200, found.type, found.body);
      else answer(404, TYPES[".txt"], Buffer.from(`nothing at ${path}\n`));
    } catch (error) {
      answer(400, TYPES[".txt"], Buffer.from(`${error.message}\n`));
    }
  });
  await new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
  const close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

async function find(path, routes, prefixes) {
  for (const prefix of prefixes) {
    const route = routes[prefix];
    if (typeof route !== "string") {
      if (path === prefix) return { type: route.type, body: Buffer.from(route.body) };
      continue;
    }
    const folder = prefix.endsWith("/") ? prefix : `${prefix}/`;
    if (!path.startsWith(folder)) continue;
    const rest = path.slice(folder.length);
    const file = resolve(route, rest === "" || rest.endsWith("/") ? `${rest}index.html` : rest);
    if (!file.startsWith(resolve(route) + sep)) return undefined;
    const body = await readFile(file).catch(() => undefined);
    if (body) return { type: TYPES[extname(file)] ?? "application/octet-stream", body };
  }
  return undefined;
}
