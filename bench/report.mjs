// bench/results.md: a section for each bench; a run replaces its own.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { here } from "./setup.mjs";

const HEAD = `# Results

Written by \`npm run bench\`, section by section. Machines differ and swing: a figure is the median of at least five rounds, each
behind a short one that is not timed; ratios are of neighbouring rounds, and in brackets are the least and the greatest.
`;

/** Rows as a Markdown table; the first one is the head. Columns but the first are aligned to the right. */
export function table([head, ...rows]) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, c) => Math.max(3, ...all.map((row) => row[c].length)));
  const line = (row) =>
    `| ${row.map((cell, c) => (c ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join(" | ")} |`;
  const rule = `| ${widths.map((n, c) => (c ? `${"-".repeat(n - 1)}:` : "-".repeat(n))).join(" | ")} |`;
  return [line(all[0]), rule, ...all.slice(1).map(line)].join("\n");
}

/** Prints a section, and puts it into bench/results.md unless the run was a quick one. */
export function report(name, title, facts, body, { quick } = {}) {
  const machine = `${cpus()[0].model}, ${cpus().length} cores`;
  const lines = [
    ...facts,
    `Processor: ${machine}, load ${loadavg()[0].toFixed(1)} at the end.`,
    `Date: ${new Date().toISOString().slice(0, 10)}.`,
  ];
  const section = `## ${title}\n\n${body}\n\n${lines.map((fact) => `- ${fact}`).join("\n")}\n`;
  console.log(`\n${section}`);
  if (quick) return;
  const file = join(here, "results.md");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const old = existsSync(file) ? readFileSync(file, "utf8") : HEAD;
  const at = old.indexOf(begin);
  const block = `${begin}\n\n${section}\n${end}`;
  const fresh = at < 0 ? `${old}\n${block}\n` : old.slice(0, at) + block + old.slice(old.indexOf(end) + end.length);
  writeFileSync(file, fresh);
}

/** What a ratio means beside its target. */
export const verdict = (value, target) => (target === undefined ? "" : value >= target ? "yes" : "NO");
