import { fast, strict } from "kernels:bytes";
import { heads, packed } from "kernels:packed";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readDigits } from "../../src/packing/digits.js";
import { takeKernels } from "../../src/packing/kernels.js";

const test = suite("packed kernels");

/** What comes out of a text, and how many steps it takes. */
function take(text: string): { builds: Uint8Array[]; steps: number } {
  const taking = takeKernels(readDigits(text), heads);
  for (let steps = 1; ; steps++) {
    const { done, value } = taking.next();
    if (done) return { builds: value, steps };
  }
}

test("what comes out is what was compiled, byte for byte", () => {
  const { builds } = take(packed);
  assert.equal(
    builds.map(({ length }) => length),
    [strict.length, fast.length],
  );
  builds.forEach((build, i) => {
    assert.is(
      build.findIndex((byte, at) => byte !== [strict, fast][i]![at]),
      -1,
    );
  });
});

test("they come in steps, so that a thread can do other things in between", () => {
  const functions = WebAssembly.Module.exports(new WebAssembly.Module(strict as BufferSource)).length;
  assert.ok(take(packed).steps > functions);
});

test("a digit is six bits of a text without quotes or backslashes", () => {
  assert.not.match(packed, /[^#-[\]-c]/);
  assert.ok(packed.length < (strict.length + fast.length) / 4);
});

test.run();
