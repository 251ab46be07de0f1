// What a model ends with: its last activation, and the loss on it.

import { OptionError } from "../errors.js";
import { activationName } from "../layers/activation.js";
import { layers } from "../layers/index.js";
import { sizeOf } from "../layers/layer.js";
import { fitOf, lossOf } from "../losses/index.js";
import type { TrainingSpec } from "../spec.js";
import type { Program, ProgramLoss, ProgramNode } from "./program.js";

const activationOf = (node: ProgramNode | undefined): string =>
  node?.definition === layers.activation
    ? activationName((node.config as { activation: string }).activation, node.name)
    : "linear";

/** OptionError for a softmax of a softmax. */
export function checkSoftmax(nodes: readonly ProgramNode[]): void {
  const normalising = (node: ProgramNode | undefined) => ["softmax", "logSoftmax"].includes(activationOf(node));
  const working = (index: number): ProgramNode | undefined => {
    const node = nodes[index];
    return node?.definition.alias?.(node.config) === "always" ? working(node.from[0]!) : node;
  };
  nodes.forEach((node) => {
    const below = working(node.from[0]!);
    if (!normalising(node) || !normalising(below)) return;
    const got = `${activationOf(node)} after ${activationOf(below)} of ${below!.name}`;
    throw new OptionError(
      `${node.name}: expected no softmax directly after a softmax, got ${got}. Drop one of the two.`,
    );
  });
}

/** OptionError for a penalty on the output of an activation that the loss is fused with: training never makes these values. */
function checkActivityBefore(name: string, fused: readonly string[] = [], nodes: readonly ProgramNode[], last: number) {
  const below = activationOf(nodes[last - 1]);
  if (!nodes[last]?.definition.penalises || !fused.includes(below)) return;
  const expected = `expected no activityRegularizer behind a last ${below}, which the loss ${name} takes in`;
  throw new OptionError(`${nodes[last].name}: ${expected}, got one. Put it on a layer below.`);
}

/** The loss on a model's output: on its last activation's input where it is fused with it. */
export function compileLoss({ nodes, outputShape }: Program, { loss }: TrainingSpec): ProgramLoss {
  const spec = loss!;
  let last = nodes.length - 1;
  while (last >= 0 && nodes[last]!.definition.alias?.(nodes[last]!.config) === "always") last--;
  const units = outputShape.at(-1)!;
  const definition = lossOf(spec, units);
  checkActivityBefore(spec.name, definition.fused, nodes, last);
  const fit = fitOf(spec, activationOf(nodes[last]), units);
  return {
    definition,
    config: spec,
    target: definition.target,
    units,
    steps: outputShape.length > 1 ? sizeOf(outputShape.slice(0, -1)) : undefined,
    nodes: fit === "fused" ? last : nodes.length,
    logits: fit !== "output" || definition.signs === true,
  };
}
