import { strict } from "kernels:bytes";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agree } from "../src/engine/selftest.js";
import { shareMemory } from "../src/modules.js";

const compile = (bytes: Uint8Array) => new WebAssembly.Module(bytes as BufferSource);

const test = suite("modules");

test("memory is the only import", () => {
  assert.equal(WebAssembly.Module.imports(compile(strict)), [{ module: "env", name: "memory", kind: "memory" }]);
});

test("one changed byte makes a module take shared memory, and only that", () => {
  const shared = shareMemory(strict);
  assert.is(shared.filter((byte, i) => byte !== strict[i]).length, 1);
  const memory = (share: boolean) => new WebAssembly.Memory({ initial: 1, maximum: 4, shared: share });
  const run = (bytes: Uint8Array, share: boolean) =>
    new WebAssembly.Instance(compile(bytes), { env: { memory: memory(share) } });
  run(shared, true);
  run(strict, false);
  assert.throws(() => run(strict, true), /shared/);
  assert.throws(() => run(shared, false), /shared/);
});

test("the self-test accepts equal kernels and refuses wrong ones", async () => {
  assert.ok(await agree(compile(strict), compile(strict)));
  // f32x4.add (fd e4 01) becomes f32x4.sub (fd e5 01) throughout.
  const wrong = strict.slice();
  for (let i = 0; i + 2 < wrong.length; i++) {
    if (wrong[i] === 0xfd && wrong[i + 1] === 0xe4 && wrong[i + 2] === 0x01) wrong[i + 1] = 0xe5;
  }
  assert.not.ok(await agree(compile(strict), compile(wrong)));
});

test.run();
