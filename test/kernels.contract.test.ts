// Runs behind all other suites: by then every oracle row has named its kernel.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "./kernelbuilds.js";
import { covered } from "./oracle.js";

const test = suite("kernels: every export has an oracle");

test("both builds run on this engine", () => {
  assert.equal(
    kernelBuilds().map(({ name }) => name),
    ["strict", "fast"],
  );
});

for (const { name, kernels } of kernelBuilds()) {
  test(`no export without an oracle row (${name})`, () => {
    const exported = Object.entries(kernels).filter(([, value]) => typeof value === "function");
    assert.ok(exported.length > 0, "the module exports no function");
    const missing = exported.map(([kernel]) => kernel).filter((kernel) => !covered.has(kernel));
    assert.ok(!missing.length, `without an oracle row: ${missing.join(", ")}`);
  });
}

test.run();
