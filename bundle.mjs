// The portable bundle: the page's code, and the worker's as text. What both need is there twice, as code and in the text, in
// pieces that lie so near to their like that gzip, which looks back 32 KB, stores them once.
import { build } from "esbuild";
import { minify } from "terser";
import typescript from "typescript";
import { properties, renameCode } from "./names.mjs";

/** Characters: a piece and its like must lie within gzip's window. */
const MOST_PIECE = 30_000;
const SHORTEN = {
  ecma: 2020,
  // Node prints the whole line of an error that nobody catches.
  format: { max_line_len: 10_000 },
  compress: {
    passes: 5,
    inline: 1,
    keep_fargs: false,
    lhs_constants: false,
    unsafe_arrows: true,
    pure_getters: true,
    join_vars: false,
    sequences: false,
  },
};
/** Where the page's code finds the packed kernels, and the worker's text, piece by piece. */
const KERNELS = "$kernels";
const TEXT = "$worker";
/** Where both find what they share. */
const SHARED = "$shared";

/**
 * Entry files -> the page's module, the same for `require`, and the worker's script. `options` are esbuild's, `kernels` what
 * build.mjs packed: it stands first, where it comes between no piece and its like; `names` are their numbers, by name.
 */
export async function bundles(options, [page, worker], { packed, heads }, names = new Map()) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: { page, worker },
    splitting: true,
    chunkNames: "shared",
    outdir: "out",
    format: "esm",
    minifySyntax: true,
    minifyIdentifiers: true,
    mangleProps: new RegExp(`^(${Object.keys(properties).join("|")})$`),
    mangleCache: properties,
    write: false,
    plugins: [ahead(heads, names), ...options.plugins],
  });
  const text = (name) => renameCode(outputFiles.find(({ path }) => path.endsWith(`${name}.js`)).text, names);
  const taken = (name) => takeNames(text(name), /import \{([^}]*)\} from "[^"]*shared\.js";/);
  const shared = takeNames(text("shared"), /export \{([^}]*)\};\s*$/);
  const users = { page: taken("page"), worker: taken("worker") };
  // What the page alone takes stands first, what the worker alone takes last.
  const weight = (given) => Number(given in users.worker.names) - Number(given in users.page.names);
  const order = Object.keys(shared.names).sort((a, b) => weight(a) - weight(b));
  const around = async (name, kind) => {
    const { names, body } = users[name];
    const list = order
      .map((given) => names[given] ?? "")
      .join()
      .replace(/,+$/, "");
    const code = await shorten(`const[${list}]=${SHARED};${body}`, kind);
    const [before, behind, ...more] = code.split(SHARED);
    if (!behind?.startsWith(";") || more.length) throw new Error(`bundle.mjs: expected ${SHARED} once in ${name}`);
    return [before, behind];
  };
  const [before, behind] = await around("page", { module: true });
  const [workerBefore, workerBehind] = await around("worker", { toplevel: true });
  const pieces = cut(
    await shorten(`${SHARED}=(()=>{${shared.body};return[${order.map((given) => shared.names[given])}]})();`),
  );
  const [head, tail] = [`{${workerBefore}(()=>{`, `})()${workerBehind}}`];
  const code = [
    `const ${KERNELS}="${packed}",\n${TEXT}=[${quote(head)}];${before}(()=>{`,
    // The last piece returns: its like stands ahead of it.
    ...pieces.map((piece) => `${TEXT}.push(${quote(piece)});${piece}`),
    `})();${TEXT}.push(${quote(tail)})${behind}`,
  ].join("");
  return { worker: [head, ...pieces, tail].join(""), page: code, common: asCommon(code) };
}

/** The modules that only name what stands ahead of the page's code. */
const ahead = (heads, names) => ({
  name: "ahead",
  setup({ onResolve, onLoad }) {
    const modules = {
      "worker:text": `export default ${TEXT}.join("")`,
      "kernels:packed": `export const packed = ${KERNELS}, heads = ${JSON.stringify(heads)}`,
      "kernels:names": `export const names = /* @__PURE__ */ "${[...names.keys()].join(" ")}".split(" ")`,
    };
    onResolve({ filter: /^(worker:text|kernels:(packed|names))$/ }, ({ path }) => ({ path, namespace: "ahead" }));
    onLoad({ filter: /.*/, namespace: "ahead" }, ({ path }) => ({ contents: modules[path] }));
  },
});

/** A module as CommonJS: nothing is imported, so only its list of exports differs. */
function asCommon(code) {
  const { names, body } = takeNames(code, /export\{([^}]*)\};?\s*$/);
  return `"use strict";${body}${Object.entries(names).map(([given, local]) => `exports.${given}=${local}`)};\n`;
}

/** Takes a list of imports or exports out of a module: what each is called in it, by the name that others know, and what is left. */
function takeNames(code, list) {
  const [statement, names] = code.match(list);
  const pairs = names.split(",").map((name) => {
    const [first, last = first] = name.trim().split(" as ");
    return statement.startsWith("export") ? [last, first] : [first, last];
  });
  return { names: Object.fromEntries(pairs), body: code.replace(statement, "") };
}

/** What stands in the function of `name=(()=>{...})();`, cut between statements; the last piece is the one that returns. */
function cut(code) {
  const body = code.slice(code.indexOf("{") + 1, code.lastIndexOf("}"));
  const { statements } = typescript.createSourceFile("shared.js", body, typescript.ScriptTarget.Latest);
  const pieces = [""];
  for (const { pos, end } of statements) {
    const text = body.slice(pos, end);
    if (pieces.at(-1).length + text.length > MOST_PIECE || /^return\b/.test(text)) pieces.push("");
    pieces.push(`${pieces.pop()}${text}${/[;}]$/.test(text) ? "" : ";"}`);
  }
  return pieces;
}

/** Shorter than esbuild makes it: all that is named in it goes by how often it occurs. */
async function shorten(code, kind = {}) {
  const { code: shorter } = await minify(code, { ...SHORTEN, ...kind });
  return shorter.trim();
}

/** In single quotes, which minified code hardly has. */
const quote = (code) => `'${code.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`;
