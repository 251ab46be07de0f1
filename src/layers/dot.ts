import { stride, type Tensor } from "../arena.js";
import { boolean, show } from "../check.js";
import { OptionError, ShapeError } from "../errors.js";
import { type Access, reads, type Step, step, withFlops, writes } from "../kernels.js";
import { type LayerDefinition, type NodeContext, type Shape, showShape, sizeOf } from "./layer.js";
import { AXIS, isAxis, placeOf } from "./merge.js";

export interface DotConfig {
  /** The axis of each input along which products are summed, counted from 1, or back from -1; a number stands for both. */
  axes: number | readonly [number, number];
  /** Divides each vector along its axis by its length, so that products are cosines; default false. */
  normalize?: boolean;
}

/** An input as (outer, extent, inner): as many vectors along its axis as `rows` says. */
interface Side {
  readonly outer: number;
  readonly extent: number;
  readonly inner: number;
  readonly rows: number;
}

const NAMES = ["left", "right"] as const;
type Name = (typeof NAMES)[number];

const axesOf = ({ axes }: DotConfig) => (typeof axes === "number" ? [axes, axes] : axes) as readonly [number, number];
const without = (shape: Shape, place: number): Shape => shape.filter((_, i) => i !== place);

function sideOf(shape: Shape, place: number): Side {
  const [outer, inner] = [sizeOf(shape.slice(0, place)), sizeOf(shape.slice(place + 1))];
  return { outer, extent: shape[place]!, inner, rows: outer * inner };
}

/** Both inputs: the first by its shape, the second by what the output has of it. */
function sidesOf(config: DotConfig, first: Shape, out: Shape): Record<Name, Side> {
  const [one, two] = axesOf(config);
  const left = sideOf(first, placeOf(one, first));
  const { extent } = left;
  if (sizeOf(out) === left.rows) return { left, right: { outer: 1, extent, inner: 1, rows: 1 } };
  const rest = out.slice(first.length - 1);
  const place = placeOf(two, [extent, ...rest]);
  return { left, right: sideOf([...rest.slice(0, place), extent, ...rest.slice(place)], place) };
}

const floatsOf = ({ rows, extent }: Side) => rows * stride(extent);

/** Lengths of a side's vectors, or 0. */
const lengthsOf = (name: Name, { normalize }: DotConfig, { scratch }: NodeContext, as: (tensor: Tensor) => Access) =>
  normalize ? as(scratch(`${name}Lengths`)) : 0;

/**
 * `out[i][j] = Σ_k inp0[i][k] * inp1[j][k]`: sums of products along one axis of each of two inputs, for all their other axes. Of two
 * vectors it is a number, of two sequences (axes: 2) a matrix of each step with each.
 *
 * Shapes   inputs (B, ..., K, ...) and (B, ..., K, ...) -> out (B, the other axes of the first, those of the second), (B, 1) if none
 * Errors   ShapeError unless there are two inputs that have these axes, of one extent; OptionError for axes that are no whole numbers
 * Kernel   assembly/layers/dot.ts
 * Source   Keras' Dot; with normalize, a vector is taken for at least 1e-6 long
 */
export const dot: LayerDefinition<DotConfig> = {
  options: ["axes", "normalize"],
  check({ axes, normalize }, who) {
    if (!isAxis(axes) && !(Array.isArray(axes) && axes.length === 2 && axes.every(isAxis))) {
      throw new OptionError(`${who}.axes: expected ${AXIS}, or two of them, got ${show(axes)}. Axis 0 is the batch.`);
    }
    if (normalize !== undefined) boolean(normalize, `${who}.normalize`);
  },
  output: (_, inp) => inp,
  // Steps may be summed over.
  mask: () => "ends",
  merges(config, inps, who, names) {
    const shapes = inps.map((inp, i) => `${showShape(inp)} of ${names[i]}`).join(" and ");
    const fail = (expected: string, cure: string) => {
      throw new ShapeError(`${who}: expected ${expected}, got ${shapes}. ${cure}.`);
    };
    if (inps.length !== 2) fail("2 inputs", "Call it on an array of 2");
    const [first, second] = inps as [Shape, Shape];
    const axes = axesOf(config);
    const [one, two] = [placeOf(axes[0], first), placeOf(axes[1], second)];
    if (first[one] === undefined || first[one] !== second[two]) {
      fail(`one extent along axes ${axes.join(" and ")}`, "Count the axes of an example from 1");
    }
    const out = [...without(first, one), ...without(second, two)];
    return out.length ? out : [1];
  },
  scratch(config, inp, _, out) {
    const { left, right } = sidesOf(config, inp, out);
    const each = (name: Name, side: Side) => ({
      [name]: { width: floatsOf(side) },
      [`${name}Gradient`]: { width: floatsOf(side) },
      ...(config.normalize ? { [`${name}Lengths`]: { width: side.rows } } : {}),
    });
    const tiles = { each: 4 * (left.extent + left.rows) * stride(right.rows) };
    return { ...each("left", left), ...each("right", right), tiles };
  },
  forward(config, context) {
    const { batch, inps, out, scratch, inpShape, outShape } = context;
    const sides = sidesOf(config, inpShape, outShape);
    const { left, right } = sides;
    const rows = NAMES.map((name, i): Step => {
      const { outer, extent, inner } = sides[name];
      const [target, lengths] = [scratch(name), lengthsOf(name, config, context, writes)];
      const sizes = [outer, extent, inner, target.stride, stride(sides[name].rows), inps[i]!.stride] as const;
      return step("dot_rows", batch, writes(target), lengths, reads(inps[i]!), ...sizes);
    });
    const sizes = [left.rows, right.rows, left.extent, out.stride, scratch("left").stride, scratch("right").stride];
    return [
      ...rows,
      withFlops(
        2 * batch.extent * left.rows * right.rows * left.extent,
        step(
          "dot_forward",
          batch,
          writes(out),
          writes(scratch("tiles")),
          reads(scratch("left")),
          reads(scratch("right")),
          ...(sizes as [number, number, number, number, number, number]),
        ),
      ),
    ];
  },
  backward(config, context) {
    const { batch, dinps, dout, scratch, inpShape, outShape } = context;
    const sides = sidesOf(config, inpShape, outShape);
    return NAMES.flatMap((name, i): Step[] => {
      const dinp = dinps[i];
      if (!dinp) return [];
      const { outer, extent, inner, rows } = sides[name];
      const other = NAMES[1 - i]!;
      const [own, slopes, others] = [scratch(name), scratch(`${name}Gradient`), scratch(other)];
      // The output is (left rows, right rows).
      const steps = name === "left" ? [sides.right.rows, 1] : [1, sides.right.rows];
      const places = [...(steps as [number, number]), slopes.stride, dout.stride, others.stride] as const;
      const lengths = lengthsOf(name, config, context, reads);
      const sizes = [outer, extent, inner, dinp.stride, own.stride, stride(rows)] as const;
      return [
        withFlops(
          2 * batch.extent * sides.left.rows * sides.right.rows * extent,
          step(
            "dot_backward",
            batch,
            writes(slopes),
            reads(dout),
            reads(others),
            rows,
            sides[other].rows,
            extent,
            ...places,
          ),
        ),
        step("dot_rows_backward", batch, writes(dinp), reads(slopes), reads(own), lengths, ...sizes),
      ];
    });
  },
  multiplyAdds(config, inp, out) {
    const { left, right } = sidesOf(config, inp, out);
    return left.rows * right.rows * left.extent;
  },
};
