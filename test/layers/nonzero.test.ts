import { suite } from "uvu";
import { matrix, oracle, stride } from "../oracle.js";
import { cases, listStride, lists, masks, sparse } from "./zeros.js";

const test = suite("nonzero");
/** Working memory of a worker: where no tensor of a case lies. */
const TABLE = 8 << 20;

oracle(test, {
  kernel: "nonzero_rows",
  cases,
  tensors: ({ B, I, live }, random) => ({
    inp: { data: matrix(B, I, sparse(live, random)) },
    lists: { data: new Int32Array(B * listStride(I)), write: true },
  }),
  args: ({ I }, p) => [p("lists"), TABLE, p("inp"), I, listStride(I), stride(I)],
  extent: ({ B }) => B,
  // Behind a list's last column the row may hold anything.
  expected({ B, I }, { inp }) {
    const wanted = lists(inp!, B, I);
    const counts = Array.from({ length: B }, (_, b) => wanted[b * listStride(I)]!);
    return {
      lists: Array.from(wanted, (value, at) => {
        const [b, word] = [Math.floor(at / listStride(I)), at % listStride(I)];
        const known = word === 0 || (word >= 2 && word < 2 + (counts[b]! >> 1));
        return known ? value : (undefined as unknown as number);
      }),
    };
  },
  tolerance: 0,
});

oracle(test, {
  kernel: "nonzero_columns",
  cases,
  tensors: ({ B, I, live }, random) => ({
    inp: { data: matrix(B, I, sparse(live, random)) },
    masks: { data: new Int32Array(stride(I) * Math.ceil(B / 32)), write: true },
  }),
  args: ({ B, I }, p) => [p("masks"), p("inp"), B, I, stride(I)],
  extent: ({ I }) => stride(I) / 8,
  expected: ({ B, I }, { inp }) => ({ masks: masks(inp!, B, I) }),
  tolerance: 0,
});

test.run();
