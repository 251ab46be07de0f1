import { suite } from "uvu";
import { defineLoss, defineMetric, type Symbolic } from "../../src/index.js";
import { compiled } from "./models.js";
import { anyhow, eachThrows, type Wrong, withoutThreads } from "./wrong.js";

const test = suite("wrong losses and metrics of one's own");

/** defineLoss of a function that no type would let pass. */
const loss = (compute: unknown, config?: unknown) => () => anyhow.defineLoss!(compute, config);
// biome-ignore lint/suspicious/noExplicitAny: operators are the point
type Any = any;
let kept: Symbolic;

test(
  "functions",
  withoutThreads(() =>
    eachThrows([
      [
        "none",
        loss(undefined),
        "E_OPTION",
        /^defineLoss: expected a function \(target, prediction\) => value, got undef/,
      ],
      ["minus", loss((t: Any, p: Any) => p - t), "E_OPTION", /expected methods of symbolic values, got an operator/],
      ["plus", loss((t: Any, p: Any) => p + t), "E_OPTION", /expected methods/],
      [
        "compared",
        loss((t: Any, p: Any) => (p > t ? p : t)),
        "E_OPTION",
        /expected methods .* value\.greater\(1\)\.where/,
      ],
      ["Math", loss((_: Any, p: Any) => Math.abs(p)), "E_OPTION", /expected methods/],
      ["a text", loss((_: Any, p: Any) => `${p}`), "E_OPTION", /got an operator or a text/],
      ["a number", loss(() => 3), "E_OPTION", /expected the function to return a symbolic value, got 3\. Return/],
      ["nothing", loss(() => {}), "E_OPTION", /got undefined/],
      ["a promise", loss(async (_: Any, p: Any) => p), "E_OPTION", /got a Promise/],
      ["the target", loss((t: Any) => t.square()), "E_OPTION", /expected a value that changes with the prediction/],
      ["steps", loss((t: Any, p: Any) => p.greater(t).sum()), "E_OPTION", /Comparisons and signs have no slope\.$/],
      [
        "another's",
        () => defineLoss((_, p) => (kept ??= p)) && defineLoss((_, p) => p.add(kept)),
        "E_OPTION",
        /another fun/,
      ],
      [
        "an operand",
        loss((_: Any, p: Any) => p.add("1")),
        "E_OPTION",
        /expected a symbolic value or a number, got "1"/,
      ],
      ["NaN", loss((_: Any, p: Any) => p.add(Number.NaN)), "E_OPTION", /symbolic value or a number, got NaN/],
      [
        "beyond float32",
        loss((_: Any, p: Any) => p.add(1e39)),
        "E_OPTION",
        /a finite number or an operation .* got 1e\+39 at/,
      ],
      ["no operand", loss((_: Any, p: Any) => p.add()), "E_OPTION", /symbolic value or a number, got undefined/],
      [
        "a power",
        loss((_: Any, p: Any) => p.pow(1.5)),
        "E_OPTION",
        /^defineLoss: pow: expected 0\.5 or a whole .* got 1\.5\.$/,
      ],
      ["a power of symbols", loss((t: Any, p: Any) => p.pow(t)), "E_OPTION", /pow: expected 0\.5 or a whole number/],
      ["twice", loss((_: Any, p: Any) => p.mean().sum()), "E_OPTION", /sum of a value per output, got one for the row/],
      [
        "a constant's sum",
        loss((_: Any, p: Any) => p.add(p.greater(0).where(1, 2).max().max())),
        "E_OPTION",
        /expected max/,
      ],
      [
        "many steps",
        loss((_: Any, p: Any) => Array.from({ length: 300 }).reduce((x: Any, _, i) => x.add(i), p)),
        "E_OPTION",
        /expected a list of 1 to 256 operations, got an array of/,
      ],
      [
        "an option",
        loss((_: Any, p: Any) => p, { named: "a" }),
        "E_OPTION",
        /^defineLoss: unknown option "named"\. .*"name"/,
      ],
      ["options null", loss((_: Any, p: Any) => p, null), "E_OPTION", /^defineLoss: expected an object of options/],
      [
        "target",
        loss((_: Any, p: Any) => p, { target: "classes" }),
        "E_OPTION",
        /^defineLoss\.target: unknown name "classes"/,
      ],
      [
        "a name of the table",
        loss((_: Any, p: Any) => p, { name: "huber" }),
        "E_OPTION",
        /names nothing else, got "huber"/,
      ],
      [
        "no name",
        loss((_: Any, p: Any) => p, { name: "" }),
        "E_OPTION",
        /^defineLoss\.name: expected a word .* got ""/,
      ],
      ["metric loss", () => defineMetric((_, p) => p, { name: "loss" }), "E_OPTION", /names nothing else, got "loss"/],
      ["metric valid", () => defineMetric((_, p) => p, { name: "valX" }), "E_OPTION", /got "valX"\. Rename/],
      ["metric accuracy", () => defineMetric((_, p) => p, { name: "accuracy" }), "E_OPTION", /got "accuracy"/],
      ["metric proto", () => defineMetric((_, p) => p, { name: "__proto__" }), "E_OPTION", /got "__proto__"/],
      [
        "metric's target",
        () => anyhow.defineMetric!((t: Any) => t, { target: "labels" }),
        "E_OPTION",
        /unknown option "target"/,
      ],
    ]),
  ),
);

const given = (expression: unknown) => () => compiled(3, "linear", { loss: { name: "mine", expression } });
const at = (what: string, expression: unknown, text: RegExp): Wrong => [what, given(expression), "E_OPTION", text];

test(
  "JSON",
  withoutThreads(() =>
    eachThrows([
      at(
        "a text",
        "prediction",
        /^compile: loss mine\.expression: expected a list of 1 to 256 operations, got "prediction"/,
      ),
      at("empty", [], /expected a list of 1 to 256 operations, got \[\]/),
      at("many", new Array(1e8), /got an array of 100000000/),
      at("holes", new Array(3), /a finite number or an operation on entries before it, got undefined at 0\.$/),
      at("a leaf", ["predictions"], /got "predictions" at 0/),
      at(
        "an operation",
        ["prediction", ["sine", 0]],
        /^compile: loss mine\.expression: unknown name "sine"\. .*Known: sum/,
      ),
      at("an inherited one", ["prediction", ["constructor", 0]], /unknown name "constructor"/),
      at("the kernel's own", ["prediction", ["scale"]], /unknown name "scale"/),
      at("too few", ["prediction", ["add", 0]], /got \["add", 0\] at 1/),
      at("too many", ["prediction", ["abs", 0, 0]], /got \["abs", 0, 0\] at 1/),
      at("itself", ["prediction", ["abs", 1]], /got \["abs", 1\] at 1/),
      at("before the first", ["prediction", ["abs", -1]], /got \["abs", -1\] at 1/),
      at("a half", ["prediction", "target", ["abs", 0.5]], /got \["abs", 0\.5\] at 2/),
      at("a text as a place", ["prediction", ["abs", "0"]], /got \["abs", "0"\] at 1/),
      at("infinite", ["prediction", Number.POSITIVE_INFINITY, ["add", 0, 1]], /got Infinity at 1/),
      at("a number", [1], /expected a value that changes with the prediction, got a constant/),
      at(
        "mean of one",
        ["prediction", 3, ["mean", 1], ["add", 0, 2]],
        /expected mean of a value per output, got one for the/,
      ),
      [
        "no name",
        () => compiled(3, "linear", { loss: { expression: [] } }),
        "E_OPTION",
        /^compile: loss\.name: .* got undefined/,
      ],
      [
        "an option",
        () => compiled(3, "linear", { loss: { name: "a", expression: ["prediction"], delta: 1 } }),
        "E_OPTION",
        /^compile: loss: unknown option "delta"/,
      ],
      [
        "two of one name",
        () => {
          const metric = defineMetric((_, p) => p);
          compiled(3, "linear", { loss: "meanSquaredError", metrics: [metric, metric] });
        },
        "E_OPTION",
        /expected each name once/,
      ],
      [
        "a metric",
        () => compiled(3, "linear", { loss: "meanSquaredError", metrics: [{ name: "a", expression: [["b"]] }] }),
        "E_OPTION",
        /^compile: metrics a\.expression: unknown name "b"/,
      ],
    ]),
  ),
);

test.run();
