// Checks of options, each with one text: who, expected, got, what to do.
import { OptionError } from "./errors.js";

/** Characters of a value that an error quotes, and of one text in it. */
const MOST_QUOTED = 80;
const MOST_TEXT = 40;
const MOST_ITEMS = 6;
/** Characters of a list of known names. */
const MOST_NAMES = 360;

/** A text cut to a number of characters. */
export const short = (text: string, most = MOST_QUOTED): string =>
  text.length > most ? `${text.slice(0, most - 3)}...` : text;

/** A value as an error quotes it: short whatever it is, and never a whole array. */
export function show(value: unknown): string {
  try {
    return short(quote(value, 2));
  } catch {
    return "an object that cannot be read";
  }
}

function quote(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(short(value, MOST_TEXT));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${(value as Uint8Array).length ?? value.byteLength})`;
  if (Array.isArray(value)) {
    if (value.length > MOST_ITEMS || depth === 0) return `an array of ${value.length}`;
    return `[${Array.from(value, (item) => quote(item, depth - 1)).join(", ")}]`;
  }
  if (value !== null && typeof value === "object") return quoteObject(value, depth);
  return Object.is(value, -0) ? "-0" : String(value);
}

function quoteObject(value: object, depth: number): string {
  const name = value.constructor?.name;
  if (name && name !== "Object") return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${short(name, MOST_TEXT)}`;
  if (depth === 0) return "an object";
  const keys = Object.keys(value);
  const items = keys.slice(0, MOST_ITEMS).map((key) => {
    return `${short(key, MOST_TEXT)}: ${quote((value as Record<string, unknown>)[key], depth - 1)}`;
  });
  return items.length ? `{ ${items.join(", ")}${keys.length > MOST_ITEMS ? ", ..." : ""} }` : "{}";
}

/** Where the names are that a smaller bundle leaves out of its tables. */
const ELSEWHERE = "";

/** The row of a table, or an OptionError that lists the known names. */
export function lookup<T>(table: Readonly<Record<string, T>>, name: unknown, who: string): T {
  if (typeof name === "string" && Object.hasOwn(table, name)) return table[name] as T;
  const known = Object.keys(table);
  if (typeof name === "string") throw new OptionError(`${who}: unknown name ${hint(name, known)}${ELSEWHERE}`);
  const cure = typeof name === "function" ? " Call the function, or give the name as a text." : "";
  throw new OptionError(`${who}: expected one of ${listed(known)}, got ${show(name)}.${cure}`);
}

/** The row that a name picks, or an object that has the name under `key`. */
export function pick<T>(table: Readonly<Record<string, T>>, value: unknown, key: string, who: string): T {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return lookup(table, value, who);
  return lookup(table, (value as Record<string, unknown>)[key], `${who}.${key}`);
}

/** An unknown name quoted, the known one that was probably meant, and all known ones. */
export function hint(name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  const guess = close === undefined ? "" : ` Did you mean "${close}"?`;
  return `${show(name)}.${guess} Known: ${listed(known) || "none"}.`;
}

/** Names side by side, the last ones only counted where they are many. */
function listed(names: readonly string[]): string {
  const text = names.join(", ");
  if (text.length <= MOST_NAMES) return text;
  const kept = text.slice(0, text.lastIndexOf(", ", MOST_NAMES));
  return `${kept} and ${names.length - kept.split(", ").length} more`;
}

/** Short names in wide use, and other libraries' -> ours. */
const SYNONYMS: Readonly<Record<string, string>> = {
  acc: "accuracy",
  bce: "binaryCrossentropy",
  dilationrate: "dilation",
  kernelsize: "poolSize",
  keydim: "headSize",
  kld: "kullbackLeiblerDivergence",
  lr: "learningRate",
  mae: "meanAbsoluteError",
  mse: "meanSquaredError",
  numheads: "heads",
  r2: "rSquared",
  rmse: "rootMeanSquaredError",
  swish: "silu",
  usecausalmask: "causal",
  xavier: "glorotUniform",
};

function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > MOST_TEXT) return undefined;
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const wanted = plain(name);
  const synonym = Object.hasOwn(SYNONYMS, wanted) ? SYNONYMS[wanted] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  const furthest = wanted.length < 3 ? 1 : 2;
  const near = known.map((k) => [distance(plain(k), wanted), k] as const).filter(([d]) => d <= furthest);
  return near.sort(([a], [b]) => a - b)[0]?.[1];
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

interface Bounds {
  min?: number;
  above?: number;
  max?: number;
  below?: number;
}

/** A finite number within the bounds. */
export function number(value: unknown, who: string, bounds: Bounds = {}): number {
  const { min, above, max, below } = bounds;
  const ok =
    typeof value === "number" &&
    Number.isFinite(value) &&
    (min === undefined || value >= min) &&
    (above === undefined || value > above) &&
    (max === undefined || value <= max) &&
    (below === undefined || value < below);
  if (!ok) throw new OptionError(`${who}: expected a number${range(bounds)}, got ${show(value)}.`);
  return value;
}

/** A whole number within the bounds. */
export function integer(value: unknown, who: string, bounds: Bounds = {}): number {
  const { min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    throw new OptionError(`${who}: expected a whole number${range(bounds)}, got ${show(value)}.`);
  }
  return value as number;
}

function range({ min, above, max, below }: Bounds): string {
  const low = min !== undefined ? `>= ${min}` : above !== undefined ? `> ${above}` : "";
  const high = max !== undefined ? `<= ${max}` : below !== undefined ? `< ${below}` : "";
  const text = [low, high].filter(Boolean).join(" and ");
  return text && ` ${text}`;
}

export function boolean(value: unknown, who: string): boolean {
  if (typeof value !== "boolean") throw new OptionError(`${who}: expected true or false, got ${show(value)}.`);
  return value;
}

/** A plain object that has no keys but the known ones; a key that is undefined counts as left out, as in JSON. */
export function options(value: unknown, who: string, known: readonly string[]): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new OptionError(`${who}: expected an object of options (${known.join(", ")}), got ${show(value)}.`);
  }
  for (const [key, given] of Object.entries(value)) {
    if (given !== undefined && !known.includes(key))
      throw new OptionError(`${who}: unknown option ${hint(key, known)}${ELSEWHERE}`);
  }
  return value as Record<string, unknown>;
}
