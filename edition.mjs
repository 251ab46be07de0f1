// Makes a smaller bundle of the sources of the whole: with fewer rows in the tables, and without what editions.mjs lists.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";
import typescript from "typescript";

const sources = fileURLToPath(new URL("src", import.meta.url));

/** Stands for a class, or for a function; what refuses is one function, told what was asked for. */
const refusal = (name, what) => {
  const call = `() { refuse(${JSON.stringify(what)}); }`;
  return /^[A-Z]/.test(name) ? `class { constructor${call} }` : `function ${call}`;
};
const refuse = (name) => `import { OptionError } from "./errors.js";
  export function refuse(what) {
    throw new OptionError("${name}: expected what it has, got " + what + '. Import from "whetstone", which has all.');
  }`;

/** By file: the rows that tables keep, and the text that definitions are replaced by. */
function editsOf(name, parts) {
  const edits = {};
  const edit = (file) => (edits[file] ??= { rows: {}, texts: {} });
  for (const { rows = {}, leftOut = {}, instead = {} } of parts) {
    for (const [file, tables] of Object.entries(rows)) Object.assign(edit(file).rows, tables);
    for (const [file, texts] of Object.entries(instead)) Object.assign(edit(file).texts, texts);
    for (const [what, files] of Object.entries(leftOut)) {
      for (const [file, names] of Object.entries(files)) {
        for (const one of names) edit(file).texts[one] = refusal(one, what);
      }
    }
  }
  edit("check").texts.ELSEWHERE = JSON.stringify(` More is in "whetstone"; this is "${name}".`);
  return edits;
}

/** A source with its edits made; throws where it has not what they name. */
function edited(file, source, { rows, texts }) {
  const missing = new Set([...Object.keys(rows), ...Object.keys(texts)]);
  const cuts = [];
  const { statements } = typescript.createSourceFile(file, source, typescript.ScriptTarget.Latest, true);
  for (const statement of statements) {
    const [declaration = statement] = statement.declarationList?.declarations ?? [];
    const name = declaration.name?.getText();
    if (!missing.delete(name)) continue;
    if (texts[name] !== undefined) {
      const exported = /^export\b/.test(statement.getText()) ? "export " : "";
      cuts.push([statement.getStart(), statement.end, `${exported}const ${name}: any = ${texts[name]};`]);
      continue;
    }
    const kept = new Set(rows[name].split(" ").filter(Boolean));
    for (const row of declaration.initializer.properties) {
      if (!kept.delete(row.name.getText())) cuts.push([row.pos, row.end + 1, ""]);
    }
    for (const row of kept) missing.add(`${name}.${row}`);
  }
  if (missing.size) throw new Error(`editions.mjs: src/${file}.ts has no ${[...missing].join(", ")}`);
  let text = source;
  for (const [from, to, instead] of cuts.reverse()) text = text.slice(0, from) + instead + text.slice(to);
  return text.includes(" refuse(") ? `import { refuse } from "edition:refuse";\n${text}` : text;
}

/** Calls that make constants have no effects: where nothing uses what they give they are left out. */
const pure = (source) =>
  source.replace(/^(?:export )?const \w+(?:: [^=\n]+)? = (?=[a-z]\w*[(<])/gm, "$&/* @__PURE__ */ ");

/** esbuild's plugin that reads the sources so; what later parts say goes before what earlier ones do. */
export const edition = (name, ...parts) => ({
  name,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^edition:refuse$/ }, ({ path }) => ({ path, namespace: "edition" }));
    onLoad({ filter: /.*/, namespace: "edition" }, () => ({ contents: refuse(name), resolveDir: sources }));
    const edits = editsOf(name, parts);
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const file = path.replace(/^.*[\\/]src[\\/]|\.ts$/g, "").replaceAll("\\", "/");
      const source = readFileSync(path, "utf8");
      return { contents: pure(edits[file] ? edited(file, source, edits[file]) : source), loader: "ts" };
    });
  },
});

/** The kernels that code names: whole names in quotes or behind a dot, or what stands before `_forward` and `_backward`. */
export function namedKernels(names, code) {
  const words = new Set(
    [...code.matchAll(/["'`](\w+)(?=\\?["'`])|\.(\w+)\(/g)].map(([, quoted, called]) => quoted ?? called),
  );
  return names.filter((name) => words.has(name) || words.has(name.replace(/_(forward|backward)$/, "")));
}

/** A build of the kernels with those exports alone that code names; what is left has the same instructions. */
export function trimKernels(bytes, code) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.All);
  const exported = Array.from(
    { length: module.getNumExports() },
    (_, i) => binaryen.getExportInfo(module.getExportByIndex(i)).name,
  );
  const kept = new Set(["memory", ...namedKernels(exported, code)]);
  for (const name of exported) if (!kept.has(name)) module.removeExport(name);
  module.runPasses(["remove-unused-module-elements"]);
  const trimmed = Buffer.from(module.emitBinary());
  module.dispose();
  return trimmed;
}
