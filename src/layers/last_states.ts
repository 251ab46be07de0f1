// What a recurrent layer ends with, as values of their own.
import { stride } from "../arena.js";
import { reads, step, updates, writes } from "../kernels.js";
import type { LayerDefinition } from "./layer.js";
import { moving } from "./moves.js";

/** The last h of a layer that gives one output: this output. */
export const lastOutput: LayerDefinition<object> = {
  options: [],
  output: (_, inp) => inp,
  alias: () => "always",
  forward: () => [],
  backward: () => [],
};

/** The last h of a layer that gives all outputs: that of the last step, also where the last steps do not count. */
export const lastStep = moving<object>({
  options: [],
  check: () => {},
  output: (_, inp) => [inp[1]!],
  table: (_, inp) => [inp[0]! - 1],
});

export interface LastCellConfig {
  readonly steps: number;
  readonly units: number;
}

/** The last c of an lstm, in whose working memory it lies; the gradient by it goes there, too, and the layer takes it on. */
export const lastCell: LayerDefinition<LastCellConfig> = {
  options: [],
  inside: true,
  output: ({ units }) => [units],
  forward({ steps, units }, { batch, out, scratch }) {
    const states = scratch("states");
    const place = 4 * (2 * steps + 1) * stride(units);
    return [step("merge_blocks", batch, writes(out), reads(states, place), 1, units, 0, 0, out.stride, states.stride)];
  },
  backward({ units }, { batch, dout, scratch }) {
    const carry = scratch("carry");
    const place = { ...updates(carry), offset: 12 * stride(units) };
    return [step("merge_blocks", batch, place, reads(dout), 1, units, 0, 0, carry.stride, dout.stride)];
  },
};
