// What the bundles take of the AssemblyScript loader: its `instantiate`, as it stands there. What the loader prepares before and adds
// behind is for modules with strings, arrays and classes; the kernels have numbers alone, so that it comes to nothing. Nor do they come as a
// Response, which Node loads all of its HTTP for where it is so much as named: 30 to 45 milliseconds in each worker.
import { readFileSync } from "node:fs";
import typescript from "typescript";

const TAKEN = ["instantiate", "isModule"];
const INSTEAD = `const preInstantiate = () => {}, postInstantiate = (_, { exports }) => exports;
const isResponse = () => false, instantiateStreaming = null;`;

/** The named functions of a source, and what they call instead of the rest. */
function taken(path) {
  const source = typescript.createSourceFile(path, readFileSync(path, "utf8"), typescript.ScriptTarget.Latest, true);
  const functions = source.statements.filter(({ name }) => TAKEN.includes(name?.getText()));
  if (functions.length < TAKEN.length) throw new Error(`loader.mjs: ${path} has not all of ${TAKEN.join(", ")}`);
  return `${functions.map((one) => one.getText()).join("\n")}\n${INSTEAD}`;
}

/** esbuild's plugin that reads the loader so. */
export const loader = {
  name: "loader",
  setup({ onLoad }) {
    onLoad({ filter: /@assemblyscript[\\/]loader[\\/]index\.js$/ }, ({ path }) => ({ contents: taken(path) }));
  },
};
