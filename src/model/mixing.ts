// The option that mixes batches.

import { number } from "../check.js";
import { OptionError } from "../errors.js";
import type { Program } from "../plan/program.js";

/** Throws OptionError where what batches would be mixed by is out of range, or a layer takes values that cannot be mixed. */
export function checkMixup(mixup: number, { nodes }: Program): void {
  number(mixup, "fit: mixup", { min: 0, max: 100 });
  const numbered = nodes.find(({ definition, config }) => definition.indices?.(config))?.name;
  if (!mixup || numbered === undefined) return;
  const expected = `expected 0, as ${numbered} takes whole numbers, which cannot be mixed`;
  throw new OptionError(`fit: mixup: ${expected}, got ${mixup}. Leave it out.`);
}
