// The quick part of `npm run proof overfitting`: a smaller net on fewer images, trained faster.
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("against overfitting");
const { compare, weak, LEAST } = await import(join(process.cwd(), "test/proofs/overfitting.mjs"));

test("L2, dropout and early stopping each take a fifth of the gap away", async () => {
  const quick = { rows: 1000, epochs: 15, units: 64, learningRate: 0.005, tested: 2000 };
  const table = await compare({ ...quick, seeds: [0, 1] });
  assert.is(table.length, 4);
  assert.is(LEAST, 0.2);
  const [plain] = table;
  assert.ok(plain.gap > 0.4, `the plain net overfits: ${plain.gap}`);
  const told = table.map(({ name, gap, shrunk }: { name: string; gap: number; shrunk: number }) => [name, gap, shrunk]);
  assert.equal(weak(table), [], JSON.stringify(told));
});

test("a remedy that does too little would be seen", () => {
  assert.equal(weak([{ shrunk: 0 }, { shrunk: 0.1 }, { shrunk: 0.3 }, { shrunk: Number.NaN }]).length, 2);
});

test.run();
