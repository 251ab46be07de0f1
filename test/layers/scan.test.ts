import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelBuilds } from "../kernelbuilds.js";
import { oracle, SIZES } from "../oracle.js";

interface Case {
  units: number;
  count: number;
  /** One value in `rare` is not finite. */
  rare: number;
}
const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

const test = suite("scan");

oracle<Case>(test, {
  kernel: "scan_nonfinite",
  cases: SIZES.flatMap((units) =>
    [2, 6, 7, ...SIZES].flatMap((count) => [2, 9].map((rare) => ({ units, count, rare }))),
  ),
  tensors: ({ units, count, rare }, random) => ({
    result: { data: new Int32Array(units), write: true },
    data: {
      data: Float32Array.from({ length: units * count }, () =>
        random() < 2 / rare - 1 ? BAD[Math.floor((random() + 1) * 1.5)]! : random() * 3e38,
      ),
    },
  }),
  args: ({ count }, p) => [p("result"), p("data"), count],
  extent: ({ units }) => units,
  expected: ({ units, count }, { data }) => ({
    result: Float64Array.from({ length: units }, (_, u) =>
      data!.slice(u * count, (u + 1) * count).findIndex((x) => !Number.isFinite(x)),
    ),
  }),
  tolerance: 0,
});

for (const { name, kernels, memory, base } of kernelBuilds()) {
  test(`each place of a unit is found, and nothing outside it is read (${name})`, () => {
    for (const count of SIZES)
      for (const bad of BAD) {
        // The last unit of the memory: a read behind it would trap.
        const start = memory.buffer.byteLength - count * 4;
        const data = new Float32Array(memory.buffer, start - 16, count + 4);
        const result = new Int32Array(memory.buffer, base, 1);
        data.fill(bad, 0, 4);
        data.fill(-0, 4);
        kernels.scan_nonfinite(base, start, count, 0, 1);
        assert.is(result[0], -1);
        for (let i = count - 1; i >= 0; i--) {
          data[4 + i] = bad;
          kernels.scan_nonfinite(base, start, count, 0, 1);
          assert.is(result[0], i);
        }
      }
  });
}

test.run();
