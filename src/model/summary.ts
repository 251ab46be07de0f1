// A model as a table: layers, shapes, parameters, bytes, multiply-adds.

import { showShape, sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";

/** Text with one line a layer and the totals below. */
export function summarize(program: Program, bytes: number | undefined): string {
  const rows = program.nodes.map(({ name, out, parameters, definition, config, inp }) => [
    name,
    showShape(out),
    String(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)),
    String(definition.multiplyAdds?.(config, inp) ?? 0),
  ]);
  const total = (column: number) => rows.reduce((sum, row) => sum + Number(row[column]), 0);
  const table = [
    ["layer", "output", "parameters", "multiply-adds"],
    ["input", showShape(program.inputShape), "0", "0"],
    ...rows,
  ];
  const widths = [0, 1, 2, 3].map((c) => Math.max(...table.map((row) => row[c]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, c) => (c < 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
      .join("  ")
      .trimEnd();
  const parameters = total(2);
  const memory = bytes === undefined ? [] : [`memory of the last run: ${bytes} bytes`];
  return [
    ...table.map(line),
    `parameters: ${parameters} (${parameters * 4} bytes)`,
    `multiply-adds per example: ${total(3)}`,
    ...memory,
  ].join("\n");
}
