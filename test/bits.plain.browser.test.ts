// The same bits on a page that is not cross-origin isolated: one worker on memory of its own.

import { test } from "uvu";
import * as assert from "uvu/assert";
import * as library from "../src/index.js";
import { sharedRuns, train } from "./fingerprints.js";

test("features() says why in one line", () => {
  const { threads, crossOriginIsolated, workers, reason } = library.features();
  assert.is(threads, false);
  assert.is(crossOriginIsolated, false);
  assert.is(workers, 1);
  assert.match(reason!, /^one worker only: .*not cross-origin isolated.*Cross-Origin-Opener-Policy/);
  assert.not.match(reason!, /\n/);
});

for (const [name, run] of Object.entries(sharedRuns)) {
  test(`the constant of: ${name}`, async () => {
    const history = await train(library, run, { workers: 3, numerics: "strict" });
    assert.is(history.workers, 1);
    assert.is(history.fingerprint, run.fingerprint);
  });
}

test.run();
