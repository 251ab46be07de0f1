// States that stateful layers carry from batch to batch, each use of the model its own.

import type { Tensor } from "../arena.js";
import { USES, type Use } from "../layers/layer.js";
import type { Layout } from "../plan/layout.js";
import type { RunMemory } from "./memory.js";

/** What batches of a use leave behind, by the full name. */
function carriedOf({ scratch }: Layout, use: Use): Map<string, Tensor> {
  return new Map([...scratch].filter(([name]) => name.endsWith(`.carried.${use}`)));
}

/** Lets the next batch of a use begin with zeros: the lead does it, before a barrier. True if there is a stateful layer. */
export function clearCarried(run: RunMemory, use: Use): boolean {
  const tensors = [...carriedOf(run.layout, use).values()];
  if (run.team.leads) for (const tensor of tensors) run.float(tensor).fill(0);
  return tensors.length > 0;
}

/** Takes over the states of an earlier memory, row by row as far as both have rows. */
export function takeCarried({ layout, bytes }: RunMemory, before: Layout, memory: Uint8Array): void {
  for (const use of USES) {
    const earlier = carriedOf(before, use);
    for (const [name, tensor] of carriedOf(layout, use)) {
      const from = earlier.get(name);
      if (!from) continue;
      const end = from.pointer + Math.min(from.bytes, tensor.bytes);
      bytes.set(memory.subarray(from.pointer, end), tensor.pointer);
    }
  }
}
