// Outputs of a model, or of one of its layers, for rows of any number, window by window.

import { sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";
import { allocate, type Prediction, readBatch } from "./answers.js";
import type { Values } from "./data.js";
import { findLayer } from "./layers.js";
import type { Session } from "./session.js";
import { checkWhole, statefulLayer } from "./stateful.js";
import { eachWindow } from "./windows.js";

export interface PredictOptions {
  /** Rows computed at a time; default 64, or what an earlier fit says. */
  batchSize?: number;
  /** The name of a layer whose outputs are wanted, `dense_0` where it was given none; default: those of the model. */
  layer?: string;
}

interface Request {
  readonly batch: number;
  /** Nodes below it run. */
  readonly end: number;
}

export function readPredict(program: Program, given: PredictOptions): Request {
  const batch = readBatch(given, "predict", ["layer"]);
  const { nodes } = program;
  if (given.layer === undefined) return { batch, end: nodes.length };
  return { batch, end: nodes.indexOf(findLayer(given.layer, program, "predict: layer")) + 1 };
}

/** Values of a layer that are brought over at once, unless a batch has more. */
const MOST_VALUES = 1e6;

/** Outputs of all rows; `parked` where a running fit makes room for the call. */
export async function runPredict(
  program: Program,
  session: Session,
  parked: boolean,
  { x, batch, end }: Request & { x: Values },
): Promise<Prediction> {
  checkWhole(program, x.rows, batch, "predict");
  const whole = end === program.nodes.length;
  const shape = whole ? program.outputShape : program.nodes[end - 1]!.out;
  const width = sizeOf(shape);
  const most = whole ? Number.POSITIVE_INFINITY : MOST_VALUES / width;
  let data: Float32Array | undefined;
  let start = 0;
  const exact = statefulLayer(program) !== undefined;
  await eachWindow(session, parked, { x, batch, most, exact, who: "predict" }, async ({ rows, batch }) => {
    const part = await session.all(({ jobs }) =>
      whole ? jobs.predict(x.type, rows, batch) : jobs.layer(x.type, rows, batch, end),
    );
    data ??= allocate(x.rows * width);
    data.set(part!, start * width);
    start += rows;
  });
  return { data: data!, shape: [x.rows, ...shape] };
}
