// npm run proof: what is too long for npm test, each result a section of bench/proofs.md.
// node test/proof.mjs [name …]; the sections of proofs that are not named stay as they are.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { proveBits } from "./proofs/bits.mjs";
import bundlers from "./proofs/bundlers.mjs";
import { proveImages } from "./proofs/images.mjs";
import { proveMultimodal } from "./proofs/multimodal.mjs";
import { proveNets } from "./proofs/nets.mjs";
import { proveOverfitting } from "./proofs/overfitting.mjs";
import { proveText } from "./proofs/text.mjs";

/** The bundlers' rows as a table. */
async function proveBundlers() {
  const rows = await bundlers();
  const table = rows.map(({ name, verdict, detail }) => `| ${name} | ${verdict} | ${detail} |`);
  const problems = rows.filter(({ verdict }) => verdict !== "passed").map(({ name, detail }) => `${name}: ${detail}`);
  return { lines: ["| consumer | verdict | what it did |", "|---|---|---|", ...table], problems };
}

/** Name -> title, and a function that gives the lines of its section and what went wrong. */
const proofs = {
  bits: { title: "The same bits on every engine", prove: proveBits },
  nets: { title: "What is promised of every net", prove: proveNets },
  overfitting: { title: "Against overfitting", prove: proveOverfitting },
  images: { title: "Convolutional nets on images", prove: proveImages },
  text: { title: "Characters of a text", prove: proveText },
  multimodal: { title: "Two inputs against each alone", prove: proveMultimodal },
  bundlers: { title: "In other projects' bundlers", prove: proveBundlers },
};

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, "test/.cache");
const file = join(root, "bench/proofs.md");

/** The file's sections by title. */
function readSections() {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const parts = text.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1).trim()]));
}

const names = process.argv.slice(2);
for (const name of names) {
  if (!Object.hasOwn(proofs, name)) throw new Error(`unknown proof ${name}; known: ${Object.keys(proofs).join(", ")}`);
}
execFileSync(process.execPath, [join(root, "build.mjs"), "--quiet"], { stdio: "inherit", cwd: root });
mkdirSync(cache, { recursive: true });

const sections = readSections();
let failed = false;
for (const [name, { title, prove }] of Object.entries(proofs)) {
  if (names.length && !names.includes(name)) continue;
  const begin = performance.now();
  const { lines, problems } = await prove({ root, cache });
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  const day = new Date().toISOString().slice(0, 10);
  const verdict = problems.length ? `**FAILED**, ${problems.length} differences` : "passed";
  const head = `${day}, ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${minutes} minutes: ${verdict}.`;
  sections.set(
    title,
    [head, "", ...lines, ...(problems.length ? ["", ...problems.map((p) => `- ${p}`)] : [])].join("\n"),
  );
  for (const problem of problems) console.log(problem);
  console.log(`${name}: ${verdict.replaceAll("*", "")}`);
  failed ||= problems.length > 0;
}

const body = Object.values(proofs)
  .filter(({ title }) => sections.has(title))
  .map(({ title }) => `## ${title}\n\n${sections.get(title)}\n`);
writeFileSync(file, ["# Proofs\n\nWritten by `npm run proof`.\n", ...body].join("\n"));
process.exit(failed ? 1 : 0);
