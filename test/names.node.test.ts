// Properties that have other names in the bundles: nothing may come to them by a text, and no user may see them. That no message has
// them, all other suites show: their pages have the long names, their workers the short ones.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Node } from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = process.cwd();
const ts: typeof import("typescript") = createRequire(join(root, "package.json"))("typescript");
const { properties } = (await import(join(root, "names.mjs"))) as { properties: Record<string, string> };

const test = suite("names in the bundles");
const isRenamed = (name: string) => Object.hasOwn(properties, name);

/** What `look` finds in the nodes of a source, or of all below a folder, as far as it is meant: what is renamed. */
function found(path: string, look: (node: Node) => string | undefined, isMeant = isRenamed): string[] {
  const src = join(root, "src");
  const below = () => readdirSync(join(src, path), { recursive: true }).map((file) => join(path, `${file}`));
  const files = path.endsWith(".ts") ? [path] : below().filter((file) => file.endsWith(".ts"));
  return files.flatMap((file) => {
    const names: string[] = [];
    const walk = (node: Node) => {
      const name = look(node);
      if (name !== undefined && isMeant(name)) names.push(`${file}: ${name}`);
      ts.forEachChild(node, walk);
    };
    walk(ts.createSourceFile(file, readFileSync(join(src, file), "utf8"), ts.ScriptTarget.Latest, true));
    return names;
  });
}

test("no text has such a name, but where it is a type", () => {
  const texts = found("", (node) =>
    ts.isStringLiteralLike(node) && !ts.isLiteralTypeNode(node.parent) ? node.text : undefined,
  );
  assert.equal(texts, []);
});

test("no export has one: all of a module's are properties of its namespace", () => {
  const exported = found("", (node) => {
    const named = ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node) || ts.isExportSpecifier(node);
    const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    return named && /^export\b|^\w+$/.test(statement.getText()) ? node.name?.getText() : undefined;
  });
  assert.equal(exported, []);
});

test("no option, result or other type of a user has one", () => {
  const members = (path: string) =>
    found(path, (node) =>
      ts.isPropertySignature(node) || ts.isMethodSignature(node) ? node.name.getText() : undefined,
    );
  for (const path of ["spec.ts", "model.ts", "penalty.ts", "factories", "schedules", "select", "io", "data"]) {
    assert.equal(members(path), [], path);
  }
  // What goes from one memory to the next is no user's.
  assert.equal(members("model"), ["model/carry.ts: layout"]);
  // The look itself: what the library keeps for itself has them.
  assert.ok(members("plan").length > 0);
});

test("each has a short name of its own, which no other property has", () => {
  const short = Object.values(properties);
  assert.is(new Set(short).size, short.length);
  const others = found(
    "",
    (node) => {
      if (ts.isPropertyAccessExpression(node)) return node.name.text;
      if (ts.isBindingElement(node)) return node.propertyName?.getText();
      return ts.isPropertyAssignment(node) || ts.isPropertySignature(node) ? node.name.getText() : undefined;
    },
    (name) => short.includes(name),
  );
  assert.equal(others, []);
});

test.run();
