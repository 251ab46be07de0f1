// npm run bench -- NAME …: runs benches by name, all of them if none is named. Build first.
import { existsSync } from "node:fs";

/** name -> module; its default export runs the bench and returns false where a promise was not kept. */
const BENCHES = {
  recipe: "./recipe.mjs",
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length) {
  console.error(`bench: expected ${Object.keys(BENCHES).join(", ")}, got ${unknown.join(", ")}.`);
  process.exit(2);
}
if (!existsSync(new URL("../build/whetstone.js", import.meta.url))) {
  console.error("bench: expected build/whetstone.js. Run npm run build first.");
  process.exit(2);
}
for (const name of names.length ? names : Object.keys(BENCHES)) {
  console.log(`\n${name}\n`);
  const { default: bench } = await import(BENCHES[name]);
  if ((await bench()) === false) process.exitCode = 1;
}
