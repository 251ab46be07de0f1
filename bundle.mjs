// The portable bundle: the page's code, and the worker's as text. What both need is there twice, as code and in the text, in
// pieces that lie so near to their like that gzip, which looks back 32 KB, stores them once.
import { build } from "esbuild";
import { minify } from "terser";

/** Characters, which terser makes three quarters of: a piece and its like must lie within gzip's window. */
const MOST_PIECE = 40_000;
const SHORTEN = { ecma: 2020, compress: { passes: 3, keep_fargs: false, pure_getters: true }, mangle: true };
/** Where the page's code finds the packed kernels, and the worker's text, piece by piece. */
const KERNELS = "$kernels";
const TEXT = "$worker";

/**
 * Entry files -> the page's module, the same for `require`, and the worker's script. `options` are esbuild's, `kernels` what
 * build.mjs packed: it stands first, where it comes between no piece and its like.
 */
export async function bundles(options, [page, worker], { packed, heads }) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: { page, worker },
    splitting: true,
    chunkNames: "shared",
    outdir: "out",
    format: "esm",
    minifySyntax: true,
    minifyIdentifiers: true,
    write: false,
    plugins: [ahead(heads), ...options.plugins],
  });
  const text = (name) => outputFiles.find(({ path }) => path.endsWith(`${name}.js`)).text;
  const entry = async (name) => takeNames(await shorten(text(name)), /import\{([^}]*)\}from"[^"]*shared\.js";/);
  const [forPage, forWorker] = await Promise.all(["page", "worker"].map(entry));
  const shared = takeNames(text("shared"), /export \{([^}]*)\};\s*$/, "$2:$1");
  const pieces = await Promise.all(cut(shared.body).map((piece) => shorten(piece)));
  const head = `{const{${forWorker.names}}=(()=>{`;
  const tail = `return{${shared.names}}})();${forWorker.body}}`;
  const code = [
    `const ${KERNELS}="${packed}",${TEXT}=[${quote(head)}],{${forPage.names}}=(()=>{`,
    ...pieces.map((piece) => `${piece}${TEXT}.push(${quote(piece)});`),
    `return{${shared.names}}})();${TEXT}.push(${quote(tail)});`,
    forPage.body,
  ].join("");
  return { worker: [head, ...pieces, tail].join(""), page: code, common: asCommon(code) };
}

/** The modules that only name what stands ahead of the page's code. */
const ahead = (heads) => ({
  name: "ahead",
  setup({ onResolve, onLoad }) {
    const modules = {
      "worker:text": `export default ${TEXT}.join("")`,
      "kernels:packed": `export const packed = ${KERNELS}, heads = ${JSON.stringify(heads)}`,
    };
    onResolve({ filter: /^(worker:text|kernels:packed)$/ }, ({ path }) => ({ path, namespace: "ahead" }));
    onLoad({ filter: /.*/, namespace: "ahead" }, ({ path }) => ({ contents: modules[path] }));
  },
});

/** A module as CommonJS: nothing is imported, so only its list of exports differs. */
function asCommon(code) {
  const { names, body } = takeNames(code, /export\{([^}]*)\};?\s*$/, "$2=$1");
  return `"use strict";${body}${names.replace(/(^|,)(\w+)(?=,|$)/g, "$1$2=$2").replace(/(^|,)/g, "$1exports.")};\n`;
}

/** Takes a list of imports or exports out of a module: its names as those of an object, and what is left. */
function takeNames(code, list, pair = "$1:$2") {
  const [statement, names] = code.match(list);
  const pairs = names.split(",").map((name) => name.trim().replace(/^(\S+) as (\S+)$/, pair));
  return { names: pairs.join(","), body: code.replace(statement, "") };
}

/** Cuts code where esbuild notes that a file begins. */
function cut(code) {
  const pieces = [""];
  for (const file of code.split(/^(?=\/\/ \S+\.\w+$)/m)) {
    if (pieces.at(-1).length + file.length > MOST_PIECE) pieces.push("");
    pieces.push(pieces.pop() + file);
  }
  return pieces;
}

/** Shorter than esbuild makes it: names of locals go by how often they occur. What stands outermost keeps its name. */
async function shorten(code) {
  const { code: shorter } = await minify(code, SHORTEN);
  return shorter.trim();
}

/** In single quotes, which minified code hardly has. */
const quote = (code) => `'${code.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
