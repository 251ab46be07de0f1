// A run can be watched, held, asked in between, and ended: by a call, a signal, a number of steps or a time.
import { dense, input, sequential } from "whetstone";

const x = Array.from({ length: 2000 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a]) => [a]);
const model = sequential([input({ shape: [2] }), dense({ units: 16, activation: "tanh" }), dense({ units: 1 })]);
model.compile({ optimizer: "sgd", loss: "meanSquaredError", seed: 1 });

const controller = new AbortController(); // controller.abort() would end it, too
let reports = 0;
const run = model.fit(x, y, { epochs: 1e6, signal: controller.signal, onProgress: () => reports++ });
let last;
for await (const log of run) {
  last = log;
  if (log.epoch === 3) {
    run.pause();
    const { loss } = await model.evaluate(x, y); // answered while the run is held
    console.log(`held; the loss is ${loss.toExponential(1)} by now`);
    run.resume();
  }
  if (log.epoch === 6) break; // leaving the loop stops the run, as run.stop() does
}
const { stopped } = await run;
const { stopped: limited } = await model.fit(x, y, { epochs: 1e6, maxTime: 0.1 });
await model.dispose();
console.log(`${stopped} after epoch ${last.epoch + 1}, ${reports} progress reports; the next run: ${limited}`);
if (stopped !== "aborted" || limited !== "maxTime" || reports === 0) throw new Error("expected both runs to end");
