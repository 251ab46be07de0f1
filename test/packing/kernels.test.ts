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

const exportsOf = (build: Uint8Array) => WebAssembly.Module.exports(new WebAssembly.Module(build as BufferSource));

test("what comes out is what was compiled, byte for byte, but for names", () => {
  const { builds } = take(packed);
  builds.forEach((build, i) => {
    const compiled = [strict, fast][i]!;
    const code = build.subarray(heads[i]!);
    assert.equal(code, compiled.subarray(compiled.length - code.length));
    const [short, long] = [build, compiled].map((one) => exportsOf(one).map(({ name }) => name));
    assert.equal(short!.length, long!.length);
    short!.forEach((name, k) => {
      assert.ok(name === long![k] || /^\d+$/.test(name), name);
    });
  });
});

test("they come in steps, so that a thread can do other things in between", () => {
  assert.ok(take(packed).steps > exportsOf(strict).length);
});

test("a digit is six bits of a text without quotes or backslashes", () => {
  assert.not.match(packed, /[^#-[\]-c]/);
  assert.ok(packed.length < (strict.length + fast.length) / 4);
});

test.run();
