// Short names for kernels, numbers, and for some properties: alike in every bundle, so that one worker serves them all.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reader } from "./pack.mjs";

const EXPORTS = 7;

/**
 * Properties that the sources name behind a dot alone, that no user ever sees and no message between page and worker has, with what
 * they are called in the bundles.
 */
export const properties = {
  definition: "a",
  extent: "b",
  fullName: "c",
  inpShape: "d",
  layout: "e",
  optimizerConfig: "f",
  outcomes: "g",
  outShape: "h",
  pointer: "i",
  setbacks: "j",
  counterOffset: "l",
  inputGradients: "m",
  readsLists: "q",
  activityResults: "o",
  stepwise: "p",
};

/** By kernel its number, for those that the sources in a folder never name by halves. */
export function shortNames(build, folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".ts"));
  const code = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const written = new Set([...code.matchAll(/"(\w+)"|\.(\w+)\(/g)].map(([, quoted, called]) => quoted ?? called));
  const names = WebAssembly.Module.exports(new WebAssembly.Module(build)).map(({ name }) => name);
  const halves = { forward: "backward", backward: "forward" };
  const whole = names.filter((name) => {
    const other = name.replace(/(?<=_)(forward|backward)$/, (half) => halves[half]);
    return name.includes("_") && written.has(name) && (written.has(other) || !names.includes(other));
  });
  return new Map(whole.map((name, i) => [name, i]));
}

/** Code with numbers where it has names, in quotes or behind a dot. */
export const renameCode = (code, names) =>
  code
    .replace(/"(\w+)"/g, (text, name) => names.get(name) ?? text)
    .replace(/\.(\w+)\(/g, (text, name) => (names.has(name) ? `[${names.get(name)}](` : text));

const leb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);

/** The same build with those names in its exports. */
export function renameExports(bytes, names) {
  const { number, at, skip } = reader(bytes, 8);
  for (;;) {
    const start = at();
    const section = number();
    const size = number();
    const end = at() + size;
    if (section !== EXPORTS) {
      skip(size);
      continue;
    }
    const count = number();
    const rows = [...leb(count)];
    for (let i = 0; i < count; i++) {
      const length = number();
      const name = bytes.subarray(at(), skip(length)).toString();
      const short = Buffer.from(`${names.get(name) ?? name}`);
      rows.push(short.length, ...short, number(), ...leb(number()));
    }
    return Buffer.concat([
      bytes.subarray(0, start),
      Uint8Array.of(EXPORTS, ...leb(rows.length), ...rows),
      bytes.subarray(end),
    ]);
  }
}
