// The portable bundle: the page's code, and the worker's as text. What both need is there twice, as code and in the text, in
// pieces that lie so near to their like that gzip, which looks back 32 KB, stores them once.
import { build, transform } from "esbuild";

const MOST_PIECE = 32_000;
/** Where the page's code finds the worker's text, piece by piece. */
const TEXT = "$worker";

/** Entry files -> the page's module and the worker's script. `options` are esbuild's. */
export async function bundles(options, [page, worker]) {
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
    plugins: [textInPieces, ...options.plugins],
  });
  const text = (name) => outputFiles.find(({ path }) => path.endsWith(`${name}.js`)).text;
  const entry = async (name) =>
    takeNames(await shorten(text(name), options.target), /import\{([^}]*)\}from"[^"]*shared\.js";/);
  const [forPage, forWorker] = await Promise.all(["page", "worker"].map(entry));
  const shared = takeNames(text("shared"), /export \{([^}]*)\};\s*$/, "$2:$1");
  const pieces = await Promise.all(cut(shared.body).map((piece) => shorten(piece, options.target)));
  const head = `{const{${forWorker.names}}=(()=>{`;
  const tail = `return{${shared.names}}})();${forWorker.body}}`;
  return {
    worker: [head, ...pieces, tail].join(""),
    page: [
      `const ${TEXT}=[${quote(head)}],{${forPage.names}}=(()=>{`,
      ...pieces.map((piece) => `${piece}${TEXT}.push(${quote(piece)});`),
      `return{${shared.names}}})();${TEXT}.push(${quote(tail)});`,
      forPage.body,
    ].join(""),
  };
}

const textInPieces = {
  name: "text-in-pieces",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^worker:text$/ }, ({ path }) => ({ path, namespace: "text-in-pieces" }));
    onLoad({ filter: /.*/, namespace: "text-in-pieces" }, () => ({ contents: `export default ${TEXT}.join("")` }));
  },
};

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

const shorten = async (code, target) => (await transform(code, { minifyWhitespace: true, target })).code.trim();

/** In single quotes, which minified code hardly has. */
const quote = (code) => `'${code.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
