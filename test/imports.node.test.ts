// The rules of the tree that no compiler knows: which file may import which, and what may not appear in a source.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lineOf, strip } from "./strip.js";

/** From the bottom to the top. A file imports lower levels, or files of its own level and folder. `*` is any one name. */
const LEVELS: readonly (readonly string[])[] = [
  ["errors", "text", "text/*"],
  ["check"],
  ["mathematics", "random", "arena", "memory", "platform.*"],
  ["platform"],
  ["features"],
  ["packing/*"],
  ["rpc", "kernels"],
  ["modules"],
  ["constraints/*", "expressions/*", "initializers/*", "schedules/*"],
  ["constraints/index", "initializers/index", "schedules/index"],
  ["penalty"],
  ["layers/*", "losses/*", "optimizers/*", "metrics/*"],
  ["layers/index", "losses/index", "optimizers/index", "metrics/index"],
  ["spec"],
  ["plan", "plan/*"],
  ["team"],
  ["engine", "engine/*"],
  ["worker"],
  ["pool"],
  ["data/labels", "data/pixels"],
  ["model/*"],
  ["io/*"],
  ["data/*"],
  ["model"],
  ["factories/*"],
  ["select/*"],
  ["index", "index.core"],
  ["index.layers"],
];
/** Neither side imports the other, whatever their levels. */
const APART: readonly (readonly [RegExp, RegExp])[] = [[/^model(\/|$)/, /^engine(\/|$)/]];
/** Files that may speak to the platform. */
const SEAM = /^(platform(\..*)?|cli\/.*)$/;
/** What of Math has the same bits everywhere. */
const EXACT = "sqrt abs floor ceil round trunc sign min max imul fround clz32 PI LN2 LOG2E SQRT2 SQRT1_2".split(" ");
/** Files that may draw a seed or read the clock. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "Math.random": [],
  "Date.now": [],
};
const LONGEST = 300;

type Sources = ReadonlyMap<string, string>;

/** The sources below a folder: path below it -> text. */
function read(folder: string): Sources {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|mjs)$/.test(entry.name))
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(normalize(folder).length + 1))
    .filter((file) => !/^\.cache\/|(^|\/)node_modules\//.test(file));
  return new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

const nameOf = (file: string) => file.replace(/\.ts$/, "");

/** The level of a file by the pattern that names it most exactly, or -1. */
function levelOf(name: string): number {
  const exact = LEVELS.findIndex((patterns) => patterns.includes(name));
  if (exact >= 0) return exact;
  const fits = (pattern: string) =>
    new RegExp(`^${pattern.replace(/[.]/g, "\\.").replace("*", "[^/]+")}$`).test(name) && !name.endsWith("/index");
  return LEVELS.findIndex((patterns) => patterns.some(fits));
}

/** The files of src that a source imports as values. */
function importsOf(name: string, source: string): string[] {
  const code = strip(source, { strings: true });
  const statement =
    /\b(?:import|export)\s+(?!type\b)(?:[\w$*{},\s]*?\bfrom\s*)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;
  return [...code.matchAll(statement)]
    .map((match) => match[1] ?? match[2]!)
    .filter((target) => target.startsWith("."))
    .map((target) => nameOf(normalize(join(dirname(name), target)).replace(/\.js$/, "")))
    .filter((target) => !target.startsWith(".."));
}

function levelFaults(sources: Sources): string[] {
  const faults: string[] = [];
  for (const [file, source] of sources) {
    const name = nameOf(file);
    const level = levelOf(name);
    if (level < 0) faults.push(`src/${file} has no level: add it to LEVELS in test/imports.node.test.ts`);
    for (const target of importsOf(name, source)) {
      const other = levelOf(target);
      // `plan` belongs to the folder plan/, as its entry.
      const folder = (path: string) => (path.includes("/") ? dirname(path) : path);
      const below = other < level || (other === level && folder(name) === folder(target));
      const apart = APART.some(([a, b]) => (a.test(name) && b.test(target)) || (b.test(name) && a.test(target)));
      if (level >= 0 && (!below || apart)) faults.push(`src/${file} must not import ${target}`);
    }
  }
  return faults;
}

/** Every place of `pattern` in code that the rule forbids. */
function places(
  sources: Sources,
  strings: boolean,
  pattern: RegExp,
  allowed: (name: string, found: string) => boolean,
) {
  const faults: string[] = [];
  for (const [file, source] of sources) {
    for (const match of strip(source, { strings }).matchAll(pattern)) {
      if (allowed(nameOf(file), match[0])) continue;
      faults.push(`src/${file}:${lineOf(source, match.index)}: ${match[0]}`);
    }
  }
  return faults;
}

const seamFaults = (sources: Sources) => [
  ...places(sources, false, /\bnew\s+Worker\b|(?<![\w$.])process\b(?!\s*:)|\bglobalThis\s*\.\s*process\b/g, (name) =>
    SEAM.test(name),
  ),
  ...places(sources, true, /["'`](node:[\w/]*|worker_threads)["'`]/g, (name) => SEAM.test(name)),
];

const mathFaults = (sources: Sources) =>
  places(sources, false, /\*\*|\bMath\b(\s*\??\.\s*\w+)?|\bDate\s*\??\.\s*now\b/g, (name, found) => {
    const used = found.replace(/[\s?]/g, "");
    return EXACT.includes(used.replace("Math.", "")) || (ALLOWED[used]?.includes(name) ?? false);
  });

function suiteFaults(sources: Sources): string[] {
  const faults: string[] = [];
  for (const [file, source] of sources) {
    if (!file.endsWith(".test.ts")) continue;
    const code = strip(source);
    if (!/\b[\w$]+\.run\(\);\s*$/.test(source)) faults.push(`test/${file} does not end with test.run();`);
    for (const [, variable] of code.matchAll(/\b(?:const|let)\s+([\w$]+)\s*=\s*suite\(/g))
      if (!new RegExp(`\\b${variable}\\.run\\(\\)`).test(code)) faults.push(`test/${file} never runs ${variable}`);
    for (const match of code.matchAll(/\.(only|skip)\s*\(/g))
      faults.push(`test/${file}:${lineOf(source, match.index)}: ${match[0]}`);
  }
  return faults;
}

const longFaults = (folder: string, sources: Sources) =>
  [...sources]
    .map(([file, source]) => [file, source.trimEnd().split("\n").length] as const)
    .filter(([, lines]) => lines > LONGEST)
    .map(([file, lines]) => `${folder}/${file} has ${lines} lines; ${LONGEST} is the most`);

const test = suite("rules of the tree");
const none = (faults: string[]) => assert.ok(!faults.length, faults.join("\n"));
const src = read("src");
const tests = read("test");

test("imports point down", () => none(levelFaults(src)));
test("one seam to the platform", () => none(seamFaults(src)));
test("only exact mathematics, no clock, no chance", () => none(mathFaults(src)));
test("every suite runs, whole", () => none(suiteFaults(tests)));
test("no file is long", () => {
  const folders = ["assembly", "bench", "demo", "src", "test"].map((folder) => [folder, read(folder)] as const);
  none(folders.flatMap(([folder, sources]) => longFaults(folder, sources)));
});

const made = (file: string, source: string): Sources => new Map([[file, source]]);
const caught = (faults: string[], ...patterns: RegExp[]) => {
  assert.is(faults.length, patterns.length, faults.join("\n") || "nothing was found");
  patterns.forEach((pattern, i) => {
    assert.match(faults[i]!, pattern);
  });
};

test("the rule on imports can fail", () => {
  caught(levelFaults(made("arena.ts", 'import { compile } from "./plan.js";')), /arena.ts must not import plan/);
  caught(
    levelFaults(made("layers/dense.ts", 'import {\n  layers,\n} from "./index.js";')),
    /must not import layers.index/,
  );
  caught(levelFaults(made("layers/dense.ts", 'export * from "../losses/huber.js";')), /must not import losses.huber/);
  caught(levelFaults(made("model/run.ts", 'const e = await import("../engine.js");')), /must not import engine/);
  caught(levelFaults(made("worker.ts", 'import "./model.js";')), /must not import model/);
  caught(levelFaults(made("fresh.ts", "")), /fresh.ts has no level: add it to LEVELS/);
  const fine = `import type { Plan } from "../plan.js";
    import { show } from "../text.js";
    import { size, type Layer } from "./layer.js";
    import { wrap } from "comlink";
    // import { x } from "../model.js";`;
  caught(levelFaults(made("layers/dense.ts", fine)));
  caught(levelFaults(made("plan.ts", 'import { barriers } from "./plan/barriers.js";')));
});

test("the rule on the platform can fail", () => {
  const wrong = 'const w = new Worker(url);\nconst p = globalThis.process;\nimport fs from "node:fs";';
  caught(seamFaults(made("team.ts", wrong)), /:1: new Worker/, /:2: globalThis/, /:3: "node:fs"/);
  caught(seamFaults(made("team.ts", `const p = process.env; load("worker_threads");`)), /process/, /worker_threads/);
  caught(seamFaults(made("platform.node.ts", wrong)));
  caught(seamFaults(made("team.ts", '// new Worker\nthrow new Error("process: new Worker failed"); data.process();')));
});

test("the rule on mathematics can fail", () => {
  caught(mathFaults(made("plan.ts", "const a = 2 ** 3;\nb **= 2;")), /:1: \*\*/, /:2: \*\*/);
  caught(mathFaults(made("plan.ts", "Math.pow(2, 3); Math . exp(1); const { log } = Math;")), /pow/, /exp/, /Math$/);
  caught(mathFaults(made("plan.ts", "Math.random() + Date.now()")), /Math.random/, /Date.now/);
  const fine = `/** a ** b */ const a = Math.sqrt(4) / Math.imul(2, 3) / \`\${Math.max(1, 2)} ** Math.pow\`; /\\*\\*/.test(a);`;
  caught(mathFaults(made("plan.ts", fine)));
  const inTemplate = `const a = \`a \${\`b \${Math.cos(1)} Math.sin\`} Math.sin\`;`;
  caught(mathFaults(made("plan.ts", inTemplate)), /Math.cos/);
});

test("the rule on suites can fail", () => {
  caught(suiteFaults(made("a.test.ts", 'const test = suite("a");\ntest("b", c);')), /does not end/, /never runs test/);
  const left = 'const a = suite("a");\na.only("b", c);\na.skip("d");\na.run();\n';
  caught(suiteFaults(made("a.test.ts", left)), /:2: \.only/, /:3: \.skip/);
  caught(suiteFaults(made("a.test.ts", 'const a = suite("a"); // a.skip(\nassert.is(".only(", x);\na.run();\n')));
});

test("the rule on length can fail", () => {
  caught(longFaults("src", made("plan.ts", "x;\n".repeat(301))), /src\/plan.ts has 301 lines/);
  caught(longFaults("src", made("plan.ts", "x;\n".repeat(300))));
});

test.run();
