// The quick part of `npm run proof multimodal`: fewer images, one seed.
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("several inputs against one");
const { compareInputs, gain, MARGIN } = await import(join(process.cwd(), "test/proofs/multimodal.mjs"));

test("an image and a noisy hint together beat each alone by the margin", async () => {
  const table = await compareInputs({ rows: 1000, epochs: 15, seeds: [0], tested: 2000 });
  assert.is(MARGIN, 0.02);
  assert.ok(gain(table) >= MARGIN, JSON.stringify(table));
});

test.run();
