// The process that runs the Node bundle: it gets { out, files } from its parent and sends back notes and the result.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";

// Until Node 22 relaxed SIMD is behind a flag, which must be set before the first module is compiled.
if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

process.once("message", async ({ out, files }) => {
  const load = (file) => import(pathToFileURL(resolve(out, file)).href);
  const { run } = await load("driver.js");
  const modules = files.map(({ file, bundled }) => ({ file, load: () => load(bundled) }));
  const result = await run(modules, {
    started: (file) => process.send({ started: file }),
    finished: (suite) => process.send({ finished: suite }),
  });
  process.send({ result }, () => process.exit());
});
