// The kernel on tapes of every operation, and the gradients that the rules derive, against float64.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codes, operations } from "../../src/expressions/operations.js";
import { type Symbolic, traceExpression } from "../../src/expressions/symbol.js";
import { compileTape, type Expression } from "../../src/expressions/tape.js";
import { evaluate } from "../expressions/reference.js";
import { kernelBuilds } from "../kernelbuilds.js";
import { numericGradient, oracle, SIZES, stride } from "../oracle.js";
import { dirtyMatrix } from "./losses.js";

const test = suite("expression");

type Compute = (t: Symbolic, p: Symbolic) => Symbolic;
/** What is at least 1/2. */
const above = (x: Symbolic) => x.square().add(0.5);
const losses: Record<string, Compute> = {
  constant: (_, p) => p.multiply(2.5),
  scale: (_, p) => p,
  prediction: (_, p) => p.square(),
  target: (t, p) => p.multiply(t),
  labels: (t, p) => p.subtract(t).square().sum(),
  sum: (t, p) => p.multiply(t).sum().square(),
  max: (t, p) => p.multiply(p.subtract(t).max()),
  mean: (t, p) => p.subtract(p.mean()).multiply(t).exp().mean(),
  add: (t, p) => p.add(t).add(p).square(),
  subtract: (t, p) => t.sub(p).square().sum(),
  multiply: (t, p) => p.mul(t).mul(p.sum()),
  divide: (t, p) => t.div(above(p)).add(p.div(above(t))),
  maximum: (t, p) => p.maximum(t).multiply(p),
  minimum: (t, p) => t.min(p).multiply(p).sum(),
  greater: (t, p) => p.greater(t).multiply(p),
  less: (t, p) => p.less(t).multiply(p.square()),
  where: (t, p) => p.greater(0.3).where(p.square(), p.multiply(t)),
  both: (t, p) => p.greater(0.3).where(t, p).multiply(p.less(t).where(p, 2)),
  abs: (t, p) => p.subtract(t).abs().multiply(t),
  sign: (t, p) => p.sign().multiply(p).add(t.sign()),
  sqrt: (_, p) => above(p).sqrt(),
  exp: (t, p) => p.multiply(t).exp(),
  log: (t, p) => above(p).log().multiply(t),
  tanh: (t, p) => p.tanh().multiply(t).add(p),
  sigmoid: (t, p) => p.sigmoid().multiply(t),
  softplus: (t, p) => p.multiply(5).softplus().subtract(p.multiply(t)),
  relu: (t, p) => p.relu().add(t).square(),
  clip: (t, p) => p.clip(-0.7, t).multiply(p),
  pow: (t, p) => p.pow(1).add(p.pow(2)).add(p.pow(3).multiply(t)).add(p.pow(7)).add(above(p).pow(0.5)),
  min: (t, p) => p.multiply(t).min().multiply(p),
  neg: (t, p) => p.neg().multiply(t),
  "softmax cross-entropy": (t, p) => p.exp().sum().log().subtract(p.multiply(t).sum()),
  "cosine similarity": (t, p) =>
    p
      .multiply(t)
      .sum()
      .divide(p.square().sum().multiply(above(t).sum()).add(0.1).sqrt())
      .neg(),
};
const expressionOf = (name: string): Expression => traceExpression(losses[name]!, "defineLoss");

interface Case {
  name: string;
  B: number;
  width: number;
}
const cases: Case[] = Object.keys(losses).flatMap((name) =>
  SIZES.filter((width) => width !== 8).map((width, i) => ({ name, width, B: 1 + (i % 4) })),
);
const REGISTERS = 8 << 20;
const scale = (B: number) => Math.fround(1 / B);
const isLabels = (name: string) => name === "labels" || name.startsWith("softmax");
const tapeOf = ({ name, width }: Case) => compileTape(expressionOf(name), name, width, isLabels(name));

for (const gradients of [true, false]) {
  oracle<Case>(test, {
    kernel: "expression",
    cases,
    tensors: (c, random) => ({
      value: { data: new Float32Array(c.B), write: true },
      ...(gradients && { dpred: { data: new Float32Array(c.B * stride(c.width)), write: true } }),
      pred: { data: dirtyMatrix(c.B, c.width, () => 1.2 * random()) },
      target: {
        data: isLabels(c.name)
          ? Int32Array.from({ length: c.B }, () => Math.floor(((random() + 1) / 2) * c.width))
          : dirtyMatrix(c.B, c.width, random, 1),
      },
      tape: { data: tapeOf(c).values },
    }),
    args: (c, p) => {
      const { values, forward, result, gradient, labels } = tapeOf(c);
      return [
        ...[p("value"), gradients ? p("dpred") : 0, REGISTERS, p("pred"), p("target"), p("tape")],
        ...[gradients ? values.length / 4 : forward, result, gradient],
        ...[c.width, stride(c.width), labels ? 1 : stride(c.width), scale(c.B)],
      ];
    },
    extent: ({ B }) => B,
    expected: ({ name, B, width }, { pred, target }): Record<string, Float64Array> => {
      const expression = expressionOf(name);
      const value = new Float64Array(B);
      const dpred = new Float64Array(B * stride(width));
      for (let row = 0; row < B; row++) {
        const start = row * stride(width);
        const hot = Float64Array.from({ length: width }, (_, c) => Number(c === target![row]));
        const wanted = isLabels(name) ? hot : target!.slice(start, start + width);
        const point = pred!.slice(start, start + width);
        value[row] = evaluate(expression, point, wanted);
        dpred.set(
          numericGradient((x) => scale(B) * evaluate(expression, x, wanted), point),
          start,
        );
      }
      return gradients ? { value, dpred } : { value };
    },
  });
}

test("every operation of the table is tried", () => {
  const tapes = Object.keys(losses).map((name) => tapeOf({ name, width: 3, B: 1 }).values);
  const used = new Set(tapes.flatMap((values) => [...values].filter((_, i) => i % 4 === 0)));
  assert.equal(
    codes.filter((_, code) => !used.has(code)),
    [],
  );
  assert.is(codes.length, 5 + Object.keys(operations).length);
});

/** Runs a function's tape on one row, with garbage behind it and behind the registers. */
function once(build: ReturnType<typeof kernelBuilds>[number], compute: Compute, pred: number[], target: number[]) {
  const width = pred.length;
  const tape = compileTape(traceExpression(compute, "test"), "test", width, false);
  const floats = (at: number, length: number) => new Float32Array(build.memory.buffer, at, length);
  const place = { value: 4096, dpred: 8192, pred: 12288, target: 16384, tape: 20480 };
  const pitch = (width + 3) & ~3;
  const behind = floats(REGISTERS + (tape.values.length / 4) * pitch * 4, 8).fill(7);
  floats(place.pred, stride(width)).fill(3e38).set(pred);
  floats(place.target, stride(width)).fill(-3e38).set(target);
  floats(place.dpred, stride(width)).fill(Number.NaN);
  floats(place.tape, tape.values.length).set(tape.values);
  build.kernels.expression(
    ...[place.value, place.dpred, REGISTERS, place.pred, place.target, place.tape],
    ...([
      tape.values.length / 4,
      tape.result,
      Math.max(tape.gradient, 0),
      width,
      stride(width),
      stride(width),
      1,
      0,
      1,
    ] as const),
  );
  assert.equal([...behind], Array(8).fill(7), "written behind the registers");
  const dpred = [...floats(place.dpred, stride(width))];
  assert.ok(
    dpred.slice(width).every((x) => Object.is(x, 0)),
    `padding: ${dpred}`,
  );
  return { value: floats(place.value, 1)[0]!, dpred: dpred.slice(0, width) };
}

for (const build of kernelBuilds()) {
  test(`gradients where two are equal (${build.name})`, () => {
    assert.equal(once(build, (_, p) => p.relu().sum(), [0, -0, 1], [0, 0, 0]).dpred, [0, 0, 1]);
    assert.equal(once(build, (t, p) => p.subtract(t).abs().sum(), [1, 2], [1, 1]).dpred, [0, 1]);
    assert.equal(once(build, (t, p) => p.maximum(t).sum(), [1, 2], [1, 1]).dpred, [0, 1]);
    assert.equal(once(build, (t, p) => t.minimum(p).sum(), [1, 2], [1, 1]).dpred, [1, 0]);
    assert.equal(once(build, (_, p) => p.max(), [3, 1, 3], [0, 0, 0]).dpred, [0.5, 0, 0.5]);
  });

  test(`what is not a number spoils every value that is made of it (${build.name})`, () => {
    const choice: Compute = (t, p) => p.greater(0.3).where(t, 2);
    for (const [name, compute] of Object.entries({ ...losses, choice })) {
      if (isLabels(name)) continue;
      for (const at of [0, 4]) {
        const pred = Array.from({ length: 5 }, (_, i) => (i === at ? Number.NaN : Math.cos(i)));
        assert.ok(Number.isNaN(once(build, compute, pred, [0.1, 0.2, 0.3, 0.4, 0.5]).value), name);
      }
    }
  });

  test(`next to nothing becomes nothing (${build.name})`, () => {
    assert.equal(once(build, (_, p) => p.multiply(1e-32).sum(), [1, 2], [0, 0]).dpred, [0, 0]);
  });
}

test.run();
