// What the bundles take of comlink: calls by name and their answers, as they stand there. Values that stay on the other side, new
// objects, further endpoints and the release of proxies that nobody holds any more are left out: nothing here has them.
import { readFileSync } from "node:fs";
import typescript from "typescript";

/** Kinds of messages, branches by their conditions, and traps that are left out. */
const CASES = ["GET", "SET", "CONSTRUCT", "ENDPOINT", "RELEASE"];
const BRANCHES = [
  'type === "RELEASE"',
  "prop === releaseProxy",
  'prop === "then"',
  "last === createEndpoint",
  'last === "bind"',
];
const TRAPS = ["set", "construct"];
const HANDLER = '["proxy", proxyTransferHandler]';
const RELEASE = "registerProxy(proxy, ep);";
const REGISTRY = "proxyFinalizers";

/** The source without what is left out; throws where it has not all of it. */
function taken(path) {
  const source = readFileSync(path, "utf8");
  const tree = typescript.createSourceFile(path, source, typescript.ScriptTarget.Latest, true);
  const missing = new Set([...CASES, ...BRANCHES, ...TRAPS, HANDLER, RELEASE, REGISTRY]);
  const cuts = [];
  const nameOf = (node) => {
    if (typescript.isCaseClause(node)) return node.expression.text;
    if (typescript.isIfStatement(node)) return node.expression.getText();
    if (typescript.isMethodDeclaration(node)) return node.name.getText();
    if (typescript.isVariableStatement(node)) return node.declarationList.declarations[0].name.getText();
    return typescript.isArrayLiteralExpression(node) || typescript.isExpressionStatement(node) ? node.getText() : "";
  };
  const visit = (node) => {
    const name = nameOf(node);
    if (!missing.has(name)) return typescript.forEachChild(node, visit);
    missing.delete(name);
    // The comma behind an element goes with it.
    cuts.push([node.pos, node.end + (source[node.end] === "," ? 1 : 0)]);
  };
  visit(tree);
  if (missing.size) throw new Error(`comlink.mjs: ${path} has not ${[...missing].join(", ")}`);
  return cuts.reduceRight((text, [from, to]) => text.slice(0, from) + text.slice(to), source);
}

/** esbuild's plugin that reads comlink so. */
export const comlink = {
  name: "comlink",
  setup({ onLoad }) {
    onLoad({ filter: /comlink[\\/]dist[\\/]esm[\\/]comlink\.mjs$/ }, ({ path }) => ({ contents: taken(path) }));
  },
};
