// A model as a table: layers, shapes, parameters, bytes, multiply-adds.

import { showShape, sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";

/** What is known of a model's team: of its last run, or of the next one with batches of the default size. */
export interface TeamFacts {
  readonly bytes: number | undefined;
  readonly workers: number;
  readonly batch: number;
  /** The cost estimate chose, not the user. */
  readonly auto: boolean;
}

/** Text with one line a layer and the totals below. */
export function summarize(program: Program, { bytes, workers, batch, auto }: TeamFacts): string {
  const { nodes, inputs } = program;
  // Connections are shown where layers do not stand one behind the other.
  const graph = nodes.some(({ from, shares }, i) => `${from}` !== `${i - 1}` || shares !== undefined);
  const below = (from: readonly number[]) =>
    from.map((index) => nodes[index]?.name ?? inputs[-1 - index]!.name).join(", ");
  const rows = nodes.map(({ name, out, parameters, definition, config, inp, from }) => [
    name,
    showShape(out),
    String(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)),
    String(definition.multiplyAdds?.(config, inp, out) ?? 0),
    ...(graph ? [below(from)] : []),
  ]);
  const total = (column: number) => rows.reduce((sum, row) => sum + Number(row[column]), 0);
  const table = [
    ["layer", "output", "parameters", "multiply-adds", ...(graph ? ["of"] : [])],
    ...inputs.map(({ name, shape }) => [name, showShape(shape), "0", "0"]),
    ...rows,
  ];
  const widths = [0, 1, 2, 3].map((c) => Math.max(...table.map((row) => row[c]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, c) => (c < 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c] ?? 0)))
      .join("  ")
      .trimEnd();
  const parameters = total(2);
  const frozen = program.nodes.filter(({ frozen, parameters }) => frozen && parameters.length);
  const still = frozen.flatMap((node) => node.parameters).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const memory = bytes === undefined ? [] : [`memory of the last run: ${bytes} bytes`];
  const chosen = auto ? "chosen by the cost of a step" : "as asked for";
  const team = program.training ? [`workers for batches of ${batch}: ${workers}, ${chosen}`] : [];
  return [
    ...table.map(line),
    `parameters: ${parameters} (${parameters * 4} bytes)`,
    ...(still
      ? [`trainable: ${parameters - still}, frozen: ${still} (${frozen.map(({ name }) => name).join(", ")})`]
      : []),
    `multiply-adds per example: ${total(3)}`,
    ...team,
    ...memory,
  ].join("\n");
}
