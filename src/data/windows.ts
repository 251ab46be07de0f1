// A series of steps -> windows of it and what follows each of them.

import { integer, options, show } from "../check.js";
import { DataError, MemoryLimitError, OptionError, ShapeError } from "../errors.js";
import { type DataInput, readData } from "../model/data.js";

export interface WindowOptions {
  /** Steps in a window. */
  length: number;
  /** Steps to foretell, from the first behind the window on; default 1. */
  horizon?: number;
  /** Steps from the start of one window to the start of the next; default 1. */
  stride?: number;
  /** The feature to foretell, or several; default all. */
  target?: number | readonly number[];
}

interface Shaped {
  data: Float32Array;
  shape: number[];
}

const WHO = "timeSeriesWindows";

/**
 * Windows of a series and the steps that follow them: `x[r] = series[r * stride ...]`, `length` steps of all features;
 * `y[r]` is the next `horizon` steps of the target features, as one vector, steps first.
 *
 * Shapes   series (steps) or (steps, features) -> x (rows, length, features), y (rows, horizon * targets);
 *          `rows = floor((steps - length - horizon) / stride) + 1`
 * Errors   ShapeError for a series of other extents; DataError for one too short for a window; OptionError
 */
export function timeSeriesWindows(series: DataInput, given: WindowOptions): { x: Shaped; y: Shaped } {
  options(given, WHO, ["length", "horizon", "stride", "target"]);
  const { length, horizon = 1, stride = 1 } = given;
  integer(length, `${WHO}.length`, { min: 1 });
  integer(horizon, `${WHO}.horizon`, { min: 1 });
  integer(stride, `${WHO}.stride`, { min: 1 });
  const { values, shape = [values.length] } = readData(series, `${WHO}: series`);
  const [steps = 0, features = 1, ...more] = shape;
  if (more.length > 0 || features < 1) {
    const expected = "expected a series of shape [steps] or [steps, features]";
    throw new ShapeError(`${WHO}: ${expected}, got ${show([...shape])}. Flatten the features of a step.`);
  }
  const targets = readTarget(given.target, features);
  const rows = Math.floor((steps - length - horizon) / stride) + 1;
  if (rows < 1) {
    const expected = `expected at least ${length + horizon} steps, length + horizon`;
    throw new DataError(`${WHO}: ${expected}, got ${steps}. Give more steps, or take a shorter window.`);
  }
  const x = allocate([rows, length, features]);
  const y = allocate([rows, horizon * targets.length]);
  for (let row = 0; row < rows; row++) {
    const first = row * stride * features;
    x.data.set(values.subarray(first, first + length * features), row * length * features);
    for (let step = 0; step < horizon; step++) {
      const from = first + (length + step) * features;
      const to = (row * horizon + step) * targets.length;
      targets.forEach((feature, i) => {
        y.data[to + i] = values[from + feature]!;
      });
    }
  }
  return { x, y };
}

function readTarget(target: unknown, features: number): readonly number[] {
  if (target === undefined) return Array.from({ length: features }, (_, feature) => feature);
  const list: readonly unknown[] = Array.isArray(target) ? target : [target];
  if (list.length === 0) throw new OptionError(`${WHO}.target: expected at least one feature, got none.`);
  for (let i = 0; i < list.length; i++) integer(list[i], `${WHO}.target`, { min: 0, max: features - 1 });
  return list as readonly number[];
}

function allocate(shape: number[]): Shaped {
  const bytes = 4 * shape.reduce((size, extent) => size * extent, 1);
  try {
    if (bytes < 4294967296) return { data: new Float32Array(bytes / 4), shape };
  } catch {}
  const cure = "Take a larger stride, a shorter window or fewer steps.";
  throw new MemoryLimitError(`${WHO}: expected room for ${bytes} bytes, got none. ${cure}`, { bytes });
}
