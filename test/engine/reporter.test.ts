import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunMemory } from "../../src/engine/memory.js";
import { type Report, Reporter } from "../../src/engine/reporter.js";
import type { EpochLog } from "../../src/spec.js";

const test = suite("what a run tells while it runs");

const log = (epoch: number) => ({ epoch }) as EpochLog;
const now = () => ({ epoch: 1, step: 0, steps: 2, dataLoss: 0 });

/** A reporter on memory of this kind, and what it sent. */
function reporterOn(shared: boolean): [reporter: Reporter, sent: Report[]] {
  const sent: Report[] = [];
  const memory = { shared, layout: { state: "state", snapshot: "snapshot" }, copyOf: (part: string) => part };
  return [new Reporter(memory as unknown as RunMemory, (report) => sent.push(report)), sent];
}

test("progress takes the logs along that wait, in one message", () => {
  const [reporter, sent] = reporterOn(true);
  reporter.start();
  reporter.progress(now);
  reporter.batch({ epoch: 0, batch: 0, dataLoss: 1, learningRate: 1 });
  reporter.log(log(0));
  reporter.log(log(1));
  assert.equal(sent, [{ progress: now() }], "a message was sent just now");
  // As if the last one were long ago.
  reporter.start();
  reporter.progress(now);
  assert.is(sent.length, 2);
  assert.equal(Object.keys(sent[1]!), ["batches", "logs", "progress"]);
  assert.equal(sent[1]!.logs, [log(0), log(1)]);
  reporter.flush();
  assert.is(sent.length, 2, "nothing is sent twice");
});

test("what waits is flushed; from plain memory each epoch goes at once, with the state it left", () => {
  const [reporter, sent] = reporterOn(true);
  reporter.start();
  reporter.log(log(0));
  reporter.log(log(1));
  assert.equal(sent, [{ logs: [log(0)] }]);
  reporter.flush();
  assert.equal(sent[1], { logs: [log(1)] });
  const [plain, told] = reporterOn(false);
  plain.start();
  plain.log(log(0));
  plain.log(log(1));
  assert.equal(told, [
    { state: "state" },
    { logs: [log(0)], state: "snapshot" },
    { logs: [log(1)], state: "snapshot" },
  ]);
});

test.run();
