// What an expression means, in float64 and by recursion: nothing of the code that compiles it.
import type { Expression } from "../../src/expressions/tape.js";

type Row = Float64Array;
const unary: Record<string, (x: number) => number> = {
  abs: Math.abs,
  sign: Math.sign,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
};
const binary: Record<string, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  maximum: Math.max,
  minimum: Math.min,
  greater: (x, y) => (Number.isNaN(x + y) ? Number.NaN : Number(x > y)),
};
const reductions: Record<string, (row: Row) => number> = {
  sum: (row) => row.reduce((a, b) => a + b, 0),
  mean: (row) => row.reduce((a, b) => a + b, 0) / row.length,
  max: (row) => row.reduce((a, b) => Math.max(a, b)),
};

/** One row's value. */
export function evaluate(expression: Expression, prediction: Row, target: Row): number {
  const value = (at: number): Row | number => {
    const entry = expression[at]!;
    if (entry === "prediction") return prediction;
    if (entry === "target") return target;
    if (typeof entry === "number") return Math.fround(entry);
    const [name, ...operands] = entry as [string, ...number[]];
    const given = operands.map(value);
    if (reductions[name]) return reductions[name](given[0] as Row);
    const lane = (i: number) => given.map((operand) => (typeof operand === "number" ? operand : operand[i]!));
    const apply = ([x, y, z]: number[]): number => {
      if (name === "where") return Number.isNaN(x!) ? x! : x ? y! : z!;
      return unary[name] ? unary[name](x!) : binary[name]!(x!, y!);
    };
    if (given.every((operand) => typeof operand === "number")) return apply(lane(0));
    return prediction.map((_, i) => apply(lane(i)));
  };
  const result = value(expression.length - 1);
  return typeof result === "number" ? result : reductions.mean!(result);
}
