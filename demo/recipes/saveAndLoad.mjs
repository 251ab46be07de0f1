// One file holds architecture, weights and the optimizer's state: a loaded model goes on as if nothing had happened.
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adam, dense, input, loadModel, sequential } from "whetstone";

const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a, b]) => [a * b]);
const path = join(tmpdir(), `whetstone-${process.pid}.safetensors`);

const model = sequential([input({ shape: [2] }), dense({ units: 8, activation: "tanh" }), dense({ units: 1 })]);
model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: "meanSquaredError", seed: 1, numerics: "strict" });
await model.fit(x, y, { epochs: 5 });
await model.save(path); // in a browser: await model.toBlob()
const loaded = await loadModel(path);
await rm(path);

const [on, again] = [await model.fit(x, y, { epochs: 5 }), await loaded.fit(x, y, { epochs: 5 })];
await Promise.all([model.dispose(), loaded.dispose()]);
console.log(`after five more epochs: ${on.fingerprint} and ${again.fingerprint}`);
if (on.fingerprint !== again.fingerprint) throw new Error("expected the same weights to the last bit");
