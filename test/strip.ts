// Sources without what is not code, for rules that look at text. What is left stays at its line and column.

/** The source with comments blanked; strings, templates' texts and regular expressions too, unless `strings` keeps them. */
export function strip(source: string, { strings = false } = {}): string {
  let out = "";
  let at = 0;
  /** What each open `{` ends: a block, or the expression of a template. */
  const braces: ("block" | "template")[] = [];
  const blank = (text: string) => text.replace(/[^\n]/g, " ");
  const take = (end: number, keep: boolean) => {
    const text = source.slice(at, end);
    out += keep ? text : blank(text);
    at = end;
  };
  /** From a backquote, or from the brace that ends an expression, to behind the next `${` or backquote. */
  const template = () => {
    let end = at + 1;
    while (end < source.length && source[end] !== "`" && !source.startsWith("${", end)) {
      end += source[end] === "\\" ? 2 : 1;
    }
    const opens = source.startsWith("${", end);
    if (opens) braces.push("template");
    take(Math.min(end + (opens ? 2 : 1), source.length), strings);
  };

  while (at < source.length) {
    const char = source[at]!;
    const two = source.slice(at, at + 2);
    if (two === "//") take(until(source, "\n", at, 0), false);
    else if (two === "/*") take(until(source, "*/", at + 2, 2), false);
    else if (char === '"' || char === "'") take(closing(source, at, char), strings);
    else if (char === "`") template();
    else if (char === "}" && braces.pop() === "template") template();
    else if (char === "/" && startsExpression(out)) take(closingSlash(source, at), strings);
    else {
      if (char === "{") braces.push("block");
      take(at + 1, true);
    }
  }
  return out;
}

/** The line of an offset, from 1. */
export const lineOf = (source: string, offset: number) => source.slice(0, offset).split("\n").length;

function until(source: string, text: string, from: number, extra: number): number {
  const found = source.indexOf(text, from);
  return found < 0 ? source.length : found + extra;
}

function closing(source: string, from: number, quote: string): number {
  let at = from + 1;
  while (at < source.length && source[at] !== quote && source[at] !== "\n") at += source[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, source.length);
}

function closingSlash(source: string, from: number): number {
  let inClass = false;
  let at = from + 1;
  for (; at < source.length && source[at] !== "\n"; at++) {
    const char = source[at];
    if (char === "\\") at++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) break;
  }
  return Math.min(at + 1, source.length);
}

/** Whether a slash behind this code begins a regular expression; otherwise it divides. */
function startsExpression(code: string): boolean {
  const before = code.trimEnd();
  if (before === "") return true;
  if (/(?<![\w$.])(return|typeof|case|in|of|do|else|void|delete|await|yield)$/.test(before)) return true;
  return /[(,=:[!&|?{};<>+\-*%^~]$/.test(before);
}
