// The operations of an expression, and the rules by which they are differentiated.

/** Appends an operation on registers, or a number; returns its register. */
export type Put = (operation: string | number, ...operands: number[]) => number;

/** The gradient by one operand, from the gradient g by the result and the registers of result and operands. */
export type Rule = (put: Put, g: number, out: number, a: number, b: number, c: number) => number;

const none = undefined;

/** By name: a rule for each operand; none where nothing flows back. */
export const operations: Readonly<Record<string, readonly (Rule | undefined)[]>> = {
  sum: [(_, g) => g],
  // Among equal ones the gradient is shared.
  max: [
    (put, g, out, a) => {
      const largest = put("subtract", put(1), put("greater", out, a));
      return put("divide", put("multiply", g, largest), put("sum", largest));
    },
  ],
  add: [(_, g) => g, (_, g) => g],
  subtract: [(_, g) => g, (put, g) => put("subtract", put(0), g)],
  multiply: [(put, g, _, _a, b) => put("multiply", g, b), (put, g, _, a) => put("multiply", g, a)],
  divide: [
    (put, g, _, _a, b) => put("divide", g, b),
    (put, g, out, _, b) => put("subtract", put(0), put("multiply", put("divide", g, b), out)),
  ],
  // Where both are equal the gradient goes to the second: that of maximum(x, 0) is 0 at 0, as relu's.
  maximum: [
    (put, g, _, a, b) => put("where", put("greater", a, b), g, put(0)),
    (put, g, _, a, b) => put("where", put("greater", a, b), put(0), g),
  ],
  minimum: [
    (put, g, _, a, b) => put("where", put("greater", b, a), g, put(0)),
    (put, g, _, a, b) => put("where", put("greater", b, a), put(0), g),
  ],
  greater: [none, none],
  where: [none, (put, g, _, a) => put("where", a, g, put(0)), (put, g, _, a) => put("where", a, put(0), g)],
  abs: [(put, g, _, a) => put("multiply", g, put("sign", a))],
  sign: [none],
  sqrt: [(put, g, out) => put("divide", put("multiply", g, put(0.5)), out)],
  exp: [(put, g, out) => put("multiply", g, out)],
  log: [(put, g, _, a) => put("divide", g, a)],
  tanh: [(put, g, out) => put("multiply", g, put("subtract", put(1), put("multiply", out, out)))],
  sigmoid: [(put, g, out) => put("multiply", g, put("multiply", out, put("subtract", put(1), out)))],
  softplus: [(put, g, _, a) => put("multiply", g, put("sigmoid", a))],
};

/** In the order of the kernel's numbers. */
export const codes: readonly string[] = [
  ...["constant", "scale", "prediction", "target", "labels"],
  ...Object.keys(operations),
];
