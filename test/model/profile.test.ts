import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, sequential, sgd } from "../../src/index.js";

const x = Float32Array.from({ length: 50 * 6 }, (_, i) => ((i * 37) % 19) / 19);
const y = Int32Array.from({ length: 50 }, (_, i) => i % 3);

async function run(workers: number, profile: boolean) {
  const model = sequential([
    input({ shape: [6] }),
    dense({ units: 9, activation: "relu" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  const loss = "sparseCategoricalCrossentropy";
  model.compile({ optimizer: sgd({ momentum: 0.9 }), loss, seed: 4, workers, numerics: "strict" });
  const history = await model.fit(x, y, { epochs: 2, batchSize: 16, profile });
  await model.dispose();
  return history;
}

const test = suite("profile");

test("times every step of the plan, and changes no bit", async () => {
  const [plain, profiled] = [await run(1, false), await run(1, true)];
  assert.is(plain.profile, undefined);
  assert.is(profiled.fingerprint, plain.fingerprint);
  const rows = profiled.profile!;
  const calls = (step: string, tensor: string) =>
    rows.filter((row) => row.step === step && row.tensor === tensor).reduce((sum, row) => sum + row.calls, 0);
  assert.is(calls("dense_forward", "dense_0"), profiled.steps);
  assert.is(calls("dense_backward_kernel", "dense_1.kernel.gradient"), profiled.steps);
  assert.is(calls("sgd_momentum_update", "dense_0.bias"), profiled.steps);
  assert.is(calls("barrier", ""), 2 * profiled.steps);
  const forward = rows.find(({ step, milliseconds }) => step === "dense_forward" && milliseconds > 0);
  assert.ok(!forward || forward.gigaflops! > 0);
  for (const row of rows) assert.ok(row.milliseconds >= 0 && !(row.gigaflops && row.gigabytes), row.step);
});

test("times the lead of a team", async () => {
  const { profile, fingerprint, workers } = await run(2, true);
  assert.is(workers, 2);
  assert.is(fingerprint, (await run(1, false)).fingerprint);
  assert.ok(profile!.some(({ step }) => step === "decide"));
});

test.run();
