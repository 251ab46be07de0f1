// Matrix products of the kernels beside C with the same 128-bit instructions, packing included, and beside a loop that touches
// registers only; turn by turn, in this run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report, table, verdict } from "./report.mjs";
import { compileRoofline, FLAGS, LOOP_FLOPS, Product } from "./roofline.mjs";
import { alternate, Child, median, spread, warmUp } from "./rounds.mjs";
import { here, install, nodes, root } from "./setup.mjs";

const FULL = { rounds: 9, round: 0.1, warm: 0.5 };
const QUICK = { rounds: 2, round: 0.01, warm: 0 };
/** Agreement of both sums of a product: single precision, added in two orders. */
const TOLERANCE = 1e-4;

/** Rows of the batch, units, inputs; which product; the least share of what C reaches. */
const SHAPES = [
  { sizes: [256, 256, 256], operation: "forward", target: 0.95 },
  { sizes: [512, 512, 512], operation: "forward", target: 0.95 },
  { sizes: [32, 64, 784], operation: "forward", target: 0.75 },
  { sizes: [32, 64, 784], operation: "input", target: 0.75 },
  { sizes: [32, 64, 784], operation: "kernel", target: 0.75 },
];
const WHAT = { forward: "forward", input: "gradient of the input", kernel: "gradient of the kernel" };

export default async function gemm({ quick = false, build = join(root, "build") } = {}) {
  if (!quick) install();
  const times = quick ? QUICK : FULL;
  const folder = mkdtempSync(join(tmpdir(), "whetstone-roofline-"));
  const children = [];
  try {
    const roofline = compileRoofline(folder);
    if (!roofline) {
      console.log("left out: no gcc here for this processor's vectors");
      return;
    }
    const { program, version } = roofline;
    const native = new Child(program, []);
    children.push(native);
    const engines = nodes().map((node, i) => ({ ...node, builds: i === 0 ? ["fast", "strict"] : ["strict"] }));
    const rows = [];
    for (const { name, path, builds } of engines) {
      const kernels = new Child(path, [join(here, "gemm.child.mjs"), build]);
      children.push(kernels);
      await kernels.ready();
      for (const numerics of builds) {
        const variant = numerics === "fast" ? "fma" : "mul";
        const peak = new Product(native, `${variant} loop 0 0 0`);
        await warmUp(peak, times);
        for (const { sizes, operation, target } of SHAPES) {
          const request = `${operation} ${sizes.join(" ")}`;
          const ours = new Product(kernels, `${numerics} ${request}`);
          const theirs = new Product(native, `${variant} ${request}`);
          for (const product of [ours, theirs]) await warmUp(product, times);
          const close = Math.abs(ours.sum - theirs.sum) <= TOLERANCE * Math.abs(theirs.sum);
          if (!close) throw new Error(`gemm: ${request}: expected the sum ${theirs.sum}, got ${ours.sum}.`);
          const pairs = [
            [ours, theirs],
            [ours, peak],
          ];
          const [share, top] = await alternate(pairs, times.rounds);
          const flops = 2 * sizes.reduce((product, size) => product * size, 1);
          const rate = (steps) => (flops / median(steps) / 1e9).toFixed(1);
          const peakShare = top.ratios.map((ratio) => (ratio * flops) / LOOP_FLOPS);
          rows.push([
            `${name}, ${numerics}: ${[sizes[0], sizes[2], sizes[1]].join(" x ")}, ${WHAT[operation]}`,
            ...[rate(share.first), rate(share.second), spread(share.ratios), `>= ${target}`],
            ...[verdict(median(share.ratios), target), spread(peakShare)],
          ]);
          console.log(rows.at(-1).join("  "));
        }
      }
    }
    const head = ["kernel", "GFLOP/s", "C, GFLOP/s", "share of C", "target", "met", "share of the register loop"];
    const facts = [
      `Engines: ${engines.map(({ version }) => version).join("; ")}. C: ${version}, ${FLAGS.join(" ")}; fast is compared with fused multiply-adds, strict with a product and a sum.`,
      "Times are the processor's, so that others on the machine do not count.",
      "C packs both matrices in every call. The kernel of a dense layer is kept packed; its transpose is made in every call.",
    ];
    report("gemm", "Matrix products", facts, table([head, ...rows]), { quick });
  } finally {
    for (const child of children) child.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
