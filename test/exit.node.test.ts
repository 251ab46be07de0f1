// Scripts end by themselves, whatever they leave behind. Each runs the built bundle in a process of its own.

import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

/** Far more than any of the scripts takes; what still runs then would never have ended. */
const LIMIT = 30_000;
const bundle = JSON.stringify(pathToFileURL(resolve("build/whetstone.js")).href);
const common = JSON.stringify(resolve("build/whetstone.cjs"));

const SETUP = `
  const make = () => {
    const model = sequential([input({ shape: [8] }), dense({ units: 16, activation: "relu" }), dense({ units: 1 })]);
    model.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1, workers: 2 });
    return model;
  };
  const x = Float32Array.from({ length: 800 }, (_, i) => (i % 13) / 13);
  const y = Float32Array.from({ length: 100 }, (_, i) => (i % 7) / 7);
  const model = make();
`;

interface Ended {
  code: number | null;
  killed: boolean;
  out: string;
  error: string;
}

function run(type: "module" | "commonjs", script: string): Promise<Ended> {
  const names = "{ sequential, input, dense, sgd }";
  const head = type === "module" ? `import ${names} from ${bundle};` : `const ${names} = require(${common});`;
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [`--input-type=${type}`, "-e", head + SETUP + script]);
    const ended: Ended = { code: null, killed: false, out: "", error: "" };
    const timer = setTimeout(() => {
      ended.killed = true;
      child.kill("SIGKILL");
    }, LIMIT);
    child.stdout.on("data", (text) => (ended.out += text));
    child.stderr.on("data", (text) => (ended.error += text));
    child.on("error", failed);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ ...ended, code });
    });
  });
}

/** A script that ends by itself, with code 0 and this output. */
function ends(name: string, out: string, script: string, type: "module" | "commonjs" = "module"): void {
  test(name, async () => {
    const ended = await run(type, script);
    assert.is(ended.killed, false, `it was still running; it had written: ${ended.out} ${ended.error}`);
    assert.is(ended.error, "");
    assert.is(ended.code, 0);
    assert.is(ended.out.trim(), out);
  });
}

const TRAIN = "const { workers, epochs } = await model.fit(x, y, { epochs: 3 }); console.log(workers, epochs.length);";

ends("with dispose()", "2 3", `${TRAIN} await model.dispose();`);
ends("without dispose()", "2 3", TRAIN);
ends("without dispose(), CommonJS", "2 3", `(async () => { ${TRAIN} })();`, "commonjs");
ends(
  "several calls and models, none disposed of",
  "100 16",
  `const { data } = await model.predict(x);
   const other = make();
   const [kernel] = await other.getWeights();
   await other.trainOnBatch(x, y);
   console.log(data.length, kernel.shape[1]);`,
);
ends("after a fit that was refused", "E_SHAPE", "await model.fit(x, y.subarray(1)).catch((e) => console.log(e.code));");
ends(
  "after a fit that diverged",
  "E_DIVERGED 0",
  `await model.fit(x.map((v) => v * 3e38), y).catch((e) => console.log(e.code, e.epoch));`,
);
ends(
  "a fit that nobody waits for runs to its end",
  "0\n1\n2",
  "model.fit(x, y, { epochs: 3, onEpochEnd: ({ epoch }) => console.log(epoch) });",
);
ends(
  "a fit, and dispose() at once",
  "E_DISPOSED",
  "const run = model.fit(x, y, { epochs: 1e6 }); run.catch((e) => console.log(e.code)); await model.dispose();",
);
ends(
  "dispose() during a fit",
  "E_DISPOSED",
  `const run = model.fit(x, y, { epochs: 1e6 });
   run.catch((e) => console.log(e.code));
   await model.predict(x);
   await model.dispose();`,
);
ends(
  "leaving a loop over a fit",
  "0",
  "for await (const { epoch } of model.fit(x, y, { epochs: 1e6 })) { console.log(epoch); break; }",
);
ends("nothing but a model", "", "");

test("a failed fit that nobody looks at ends the process with an error", async () => {
  for (const type of ["module", "commonjs"] as const) {
    const ended = await run(type, "model.fit(x.map((v) => v * 3e38), y);");
    assert.is(ended.killed, false);
    assert.is.not(ended.code, 0);
    assert.match(ended.error, /E_DIVERGED/);
  }
  const ended = await run("module", "model.fit(x, y.subarray(1));");
  assert.is.not(ended.code, 0);
  assert.match(ended.error, /E_SHAPE/);
});

test.run();
