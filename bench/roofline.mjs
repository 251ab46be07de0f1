// The C program beside which kernels stand, as a child process: products, and a loop that touches registers only.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Child } from "./rounds.mjs";
import { gcc, here } from "./setup.mjs";

export const FLAGS = ["-O2", "-mavx2", "-mfma", "-ffp-contract=off"];
/** Operations of one turn of the loop: twelve vectors of four, a product and a sum each. */
export const LOOP_FLOPS = 96;

/** Compiles it into a folder; undefined where there is no gcc, or one for other processors. */
export function compileRoofline(folder) {
  const compiler = gcc();
  if (!compiler) return undefined;
  const program = join(folder, "roofline");
  try {
    execFileSync(compiler, [...FLAGS, "-o", program, join(here, "roofline.c")], { stdio: "pipe" });
  } catch (error) {
    console.log(`roofline.c: ${error.message.split("\n").slice(0, 3).join(" ")}`);
    return undefined;
  }
  return { program, version: execFileSync(compiler, ["--version"], { encoding: "utf8" }).split("\n")[0] };
}

/** What `alternate` takes: one product, or the loop, in a child that may have others. */
export class Product {
  steps = 2;
  #child;
  #request;

  constructor(child, request) {
    this.#child = child;
    this.#request = request;
  }

  get failed() {
    return this.#child.failed;
  }

  async run() {
    const result = await this.#child.run(this.steps, `${this.#request} `);
    this.sum = this.#child.info.sum;
    return result;
  }
}

/** The loop of fused multiply-adds in the place of a peer: its step takes as long as it has for so many operations. */
export class Registers extends Child {
  #turns;

  constructor(program, operations) {
    super(program, []);
    this.#turns = operations / LOOP_FLOPS;
  }

  async ready() {}

  async run(count = this.steps) {
    const turns = Math.ceil(count * this.#turns);
    const { step, seconds } = await super.run(turns, "fma loop 0 0 0 ");
    // The program tells the processor's seconds alone.
    return { step: step * this.#turns, busy: step * this.#turns, seconds };
  }
}
