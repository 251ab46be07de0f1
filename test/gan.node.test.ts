// Two models that train against each other, step by step, through the public calls alone.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("a generative adversarial network");

test("the generator's moments come near those of the real numbers, the same ones everywhere", async () => {
  const recipe = join(process.cwd(), "demo/recipes/gan.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [recipe], { timeout: 60_000 });
  assert.match(stdout, /^real numbers: mean 3\.00, deviation 0\.50\n/);
  assert.match(stdout, /mean 0\.02, deviation 0\.47 before, mean 2\.97, deviation 0\.54 after 250 steps\n$/);
});

test.run();
