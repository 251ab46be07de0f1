import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RunMemory } from "../../src/engine/memory.js";
import { MOST_LINKED, Plans } from "../../src/engine/plans.js";
import { dense, input } from "../../src/index.js";
import { readCompile } from "../../src/model/options.js";
import { createLayout } from "../../src/plan/layout.js";
import { compileProgram } from "../../src/plan/program.js";

const test = suite("plans of a run");

test("the oldest plan goes when there are too many, the others are linked once", () => {
  const { training } = readCompile({ optimizer: "sgd", loss: "meanSquaredError" }, ["dense_0"]);
  const program = compileProgram({ layers: [input({ shape: [2] }), dense({ units: 1 })] }, training, 1);
  const rows = { rows: 100, types: ["float32"], weighted: false } as const;
  const none = { validation: null, held: 0, best: false, accumulates: false, inputGradient: false };
  const layout = createLayout(program, { workers: 1, batch: 100, train: rows, ...none });
  let linked = 0;
  const link = () => {
    linked++;
    return [];
  };
  const plans = new Plans({ program, layout, link } as unknown as RunMemory);
  const train = (rows: number) => plans.train(layout.train!, { rows, total: rows, part: "whole" });
  const linksOf = (...sizes: number[]) => {
    linked = 0;
    for (const size of sizes) train(size);
    return linked;
  };
  const sizes = Array.from({ length: MOST_LINKED }, (_, i) => i + 1);
  assert.is(linksOf(...sizes), 2 * MOST_LINKED);
  assert.is(linksOf(...sizes), 0);
  assert.is(linksOf(MOST_LINKED + 1), 2);
  assert.is(linksOf(...sizes.slice(1)), 0);
  assert.is(linksOf(1), 2);
});

test.run();
