// Checks of options, each with one text: who, expected, got, what to do.
import { OptionError } from "./errors.js";

/** A value as an error quotes it: short, and never a whole array. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
  if (Array.isArray(value)) return value.length > 6 ? `an array of ${value.length}` : `[${value.map(show).join(", ")}]`;
  if (typeof value === "function") return "a function";
  if (value !== null && typeof value === "object") {
    const text = JSON.stringify(value) ?? "an object";
    return text.length > 80 ? `${text.slice(0, 77)}...` : text;
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The row of a table, or an OptionError that lists the known names. */
export function lookup<T>(table: Readonly<Record<string, T>>, name: unknown, who: string): T {
  if (typeof name === "string" && Object.hasOwn(table, name)) return table[name] as T;
  const close = typeof name === "string" ? nearest(name, Object.keys(table)) : undefined;
  const hint = close ? ` Did you mean ${JSON.stringify(close)}?` : "";
  throw new OptionError(`${who}: unknown name ${show(name)}.${hint} Known: ${Object.keys(table).join(", ")}.`);
}

function nearest(name: string, known: string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const wanted = plain(name);
  return known.find((k) => plain(k) === wanted) ?? known.find((k) => distance(plain(k), wanted) <= 2);
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

/** A plain object that has no keys but the known ones. */
export function options(value: unknown, who: string, known: readonly string[]): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new OptionError(`${who}: expected an object of options, got ${show(value)}.`);
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const close = nearest(key, [...known]);
    const hint = close ? ` Did you mean "${close}"?` : "";
    throw new OptionError(`${who}: unknown option "${key}".${hint} Known: ${known.join(", ") || "none"}.`);
  }
  return value as Record<string, unknown>;
}
