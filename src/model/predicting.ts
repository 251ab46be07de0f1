// Outputs of a model, or of one of its layers, for rows of any number, window by window.

import { sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";
import { allocate, type Prediction, perPort, readBatch } from "./answers.js";
import type { Values } from "./data.js";
import { findLayer } from "./layers.js";
import type { Session } from "./session.js";
import { checkWhole, statefulLayer } from "./stateful.js";
import { eachWindow, typesOf } from "./windows.js";

export interface PredictOptions {
  /** Rows computed at a time; default 64, or what an earlier fit says. */
  batchSize?: number;
  /** The name of a layer whose outputs are wanted, `dense_0` where it was given none; default: those of the model. */
  layer?: string;
}

interface Request {
  readonly batch: number;
  /** Nodes below it run, and the last of them is shown; undefined for the model's outputs. */
  readonly end: number | undefined;
}

export function readPredict(program: Program, given: PredictOptions): Request {
  const batch = readBatch(given, "predict", ["layer"]);
  const { nodes, outputs } = program;
  if (given.layer === undefined) return { batch, end: undefined };
  const index = nodes.indexOf(findLayer(given.layer, program, "predict: layer"));
  // There is room for all rows of an output, which one by its layer's name need not do without.
  const only = outputs.length === 1 && outputs[0]!.index === index;
  return { batch, end: only ? undefined : index + 1 };
}

/** Values of a layer that are brought over at once, unless a batch has more. */
const MOST_VALUES = 1e6;

/** Outputs of all rows; `parked` where a running fit makes room for the call. */
export async function runPredict(
  program: Program,
  session: Session,
  parked: boolean,
  { x, batch, end }: Request & { x: readonly Values[] },
): Promise<Prediction> {
  checkWhole(program, x[0]!.rows, batch, "predict");
  const shown = end === undefined ? program.outputs : [{ name: "", shape: program.nodes[end - 1]!.out }];
  const widths = shown.map(({ shape }) => sizeOf(shape));
  const most = end === undefined ? Number.POSITIVE_INFINITY : MOST_VALUES / widths[0]!;
  const types = typesOf(x);
  const total = x[0]!.rows;
  let data: Float32Array[] | undefined;
  let start = 0;
  const exact = statefulLayer(program) !== undefined;
  await eachWindow(session, parked, { x, batch, most, exact, who: "predict" }, async ({ rows, batch }) => {
    const parts = await session.all(async ({ jobs }) =>
      end === undefined ? jobs.predict(types, rows, batch) : [await jobs.layer(types, rows, batch, end)],
    );
    data ??= widths.map((width) => allocate(total * width));
    for (const [k, values] of data.entries()) values.set(parts![k]!, start * widths[k]!);
    start += rows;
  });
  return perPort(shown, (k) => ({ data: data![k]!, shape: [total, ...shown[k]!.shape] }));
}
