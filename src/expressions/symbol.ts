// What stands for target and prediction while a function is traced: its methods write down what is done.

import { show } from "../check.js";
import { OptionError } from "../errors.js";
import type { Expression } from "./tape.js";

export type Operand = Symbolic | number;

/** The whole powers that a product is written for. */
const MOST_POWER = 8;

/** Writes down the operations of one function; the same one only once. */
class Trace {
  readonly who: string;
  readonly entries: Expression[number][] = [];
  readonly #known = new Map<string, Symbolic>();

  constructor(who: string) {
    this.who = who;
  }

  put(entry: Expression[number]): Symbolic {
    const key = JSON.stringify(entry);
    let found = this.#known.get(key);
    if (!found) {
      found = new Symbolic(this, this.entries.push(entry) - 1);
      this.#known.set(key, found);
    }
    return found;
  }
}

/** A value per output of each row, or, behind `sum`, `mean` or `max`, one per row, which goes with either kind. */
export class Symbolic {
  readonly #trace: Trace;
  readonly #at: number;

  /** @internal */
  constructor(trace: Trace, at: number) {
    this.#trace = trace;
    this.#at = at;
  }

  /** Where the trace has written it; OptionError for what is no value of this trace. @internal */
  static place(value: unknown, trace: Trace): number {
    if (value instanceof Symbolic && value.#trace === trace) return value.#at;
    if (typeof value === "number" && Number.isFinite(value)) return trace.put(value).#at;
    const cure = "Use target, prediction, their methods, and finite numbers.";
    const got = value instanceof Symbolic ? "one of another function" : show(value);
    throw new OptionError(`${trace.who}: expected a symbolic value or a number, got ${got}. ${cure}`);
  }

  #put(operation: string, ...operands: unknown[]): Symbolic {
    const places = [this, ...operands].map((operand) => Symbolic.place(operand, this.#trace));
    return this.#trace.put([operation, ...places]);
  }

  add = (other: Operand) => this.#put("add", other);
  subtract = (other: Operand) => this.#put("subtract", other);
  multiply = (other: Operand) => this.#put("multiply", other);
  divide = (other: Operand) => this.#put("divide", other);
  /** The larger of two; where they are equal, the gradient goes to `other`. */
  maximum = (other: Operand) => this.#put("maximum", other);
  minimum = (other: Operand) => this.#put("minimum", other);
  /** 1 where this is greater, else 0. */
  greater = (other: Operand) => this.#put("greater", other);
  less = (other: Operand) => this.#trace.put(["greater", Symbolic.place(other, this.#trace), this.#at]);
  /** `yes` where this is other than 0, else `no`. */
  where = (yes: Operand, no: Operand) => this.#put("where", yes, no);
  abs = () => this.#put("abs");
  /** -1, 0 or 1. */
  sign = () => this.#put("sign");
  sqrt = () => this.#put("sqrt");
  exp = () => this.#put("exp");
  log = () => this.#put("log");
  tanh = () => this.#put("tanh");
  sigmoid = () => this.#put("sigmoid");
  /** `log(1 + exp(x))`. */
  softplus = () => this.#put("softplus");
  /** Of the row's outputs, as are mean and max. */
  sum = () => this.#put("sum");
  mean = () => this.#put("mean");
  /** The row's largest; with an argument, `maximum`. */
  max = (other?: Operand) => (other === undefined ? this.#put("max") : this.maximum(other));
  /** The row's smallest; with an argument, `minimum`. */
  min = (other?: Operand): Symbolic => (other === undefined ? this.negate().max().negate() : this.minimum(other));

  negate = () => this.multiply(-1);
  square = () => this.multiply(this);
  relu = () => this.maximum(0);
  clip = (low: Operand, high: Operand) => this.maximum(low).minimum(high);
  sub = this.subtract;
  mul = this.multiply;
  div = this.divide;
  neg = this.negate;

  /** A whole power from 1 to 8, or the root: 0.5. */
  pow(power: number): Symbolic {
    if (power === 0.5) return this.sqrt();
    if (!(Number.isInteger(power) && power >= 1 && power <= MOST_POWER)) {
      const expected = `expected 0.5 or a whole number >= 1 and <= ${MOST_POWER}`;
      throw new OptionError(`${this.#trace.who}: pow: ${expected}, got ${show(power)}.`);
    }
    const half = power > 1 ? this.pow(power >> 1).square() : this;
    return power > 1 && power % 2 ? half.multiply(this) : half;
  }

  /** JavaScript's own operators end here. */
  [Symbol.toPrimitive](): never {
    const cure = "They cannot be written down. Say prediction.subtract(target), value.greater(1).where(a, b), ...";
    throw new OptionError(
      `${this.#trace.who}: expected methods of symbolic values, got an operator or a text. ${cure}`,
    );
  }
}

/** Calls a function once with symbols for target and prediction; what it returns, as JSON. */
export function traceExpression(
  compute: (target: Symbolic, prediction: Symbolic) => Symbolic,
  who: string,
): Expression {
  if (typeof compute !== "function") {
    throw new OptionError(`${who}: expected a function (target, prediction) => value, got ${show(compute)}.`);
  }
  const trace = new Trace(who);
  const result = compute(trace.put("target"), trace.put("prediction"));
  if (!(result instanceof Symbolic)) {
    const cure = "Return what methods of prediction give.";
    throw new OptionError(`${who}: expected the function to return a symbolic value, got ${show(result)}. ${cure}`);
  }
  const last = Symbolic.place(result, trace);
  // The result is the last entry: nothing behind it is needed.
  return trace.entries.slice(0, last + 1);
}
