import { suite } from "uvu";
import * as assert from "uvu/assert";
import { estimateWorkers } from "../../src/model/estimate.js";
import { compileProgram } from "../../src/plan/program.js";

const net = (inputs: number, ...units: number[]) =>
  compileProgram(
    { layers: [{ type: "input", shape: [inputs] }, ...units.map((u) => ({ type: "dense" as const, units: u }))] },
    undefined,
    0,
  );

const test = suite("estimate");

test("steps of a few ten microseconds are left to one worker", () => {
  assert.is(estimateWorkers(net(13, 10, 1), 404), 1);
  assert.is(estimateWorkers(net(64, 64, 10), 32), 1);
  assert.is(estimateWorkers(net(784, 64, 10), 1), 1);
});

test("larger steps get a team, the largest one the most", () => {
  assert.ok(estimateWorkers(net(784, 64, 10), 32) >= 2);
  assert.ok(estimateWorkers(net(784, 64, 64, 10), 128) >= 2);
  assert.is(estimateWorkers(net(784, 512, 512, 10), 128), 8);
});

test.run();
