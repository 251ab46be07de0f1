// Which layers training changes.

import { OptionError } from "../errors.js";
import type { Program, ProgramNode } from "../plan/program.js";
import type { ModelSpec } from "../spec.js";
import { findLayer } from "./layers.js";

/** The architecture with these layers frozen or thawed. OptionError for what names no layer with weights. */
export function withTrainable(
  spec: ModelSpec,
  program: Program,
  names: readonly unknown[],
  trainable: boolean,
  who: string,
): ModelSpec {
  const weighted = ({ parameters }: ProgramNode) => parameters.length > 0;
  if (!names.length) findLayer(undefined, program, who, weighted);
  const positions = names.map((name) => findLayer(name, program, who, weighted).position);
  const layers = spec.layers.map((layer, position) => {
    if (!positions.includes(position)) return layer;
    const { trainable: _, ...rest } = layer as { trainable?: boolean };
    return trainable ? rest : { ...rest, trainable };
  });
  return { ...spec, layers: layers as unknown as ModelSpec["layers"] };
}

/** OptionError for a model of which training would change nothing. */
export function checkTrainable({ parameters }: Program, who: string): void {
  if (parameters.some(({ trainable }) => trainable)) return;
  const [got, cure] = parameters.length
    ? ["frozen ones alone", "Thaw a layer"]
    : ["none", "Add a layer such as dense()"];
  throw new OptionError(`${who}: expected a model with weights to train, got ${got}. ${cure}.`);
}
