// Outputs of a model for rows of any number, window by window.

import { sizeOf } from "../layers/layer.js";
import type { Program } from "../plan/program.js";
import { allocate, type Prediction } from "./answers.js";
import type { Values } from "./data.js";
import type { Session } from "./session.js";
import { eachWindow } from "./windows.js";

/** Outputs of all rows; `parked` where a running fit makes room for the call. */
export async function runPredict(
  program: Program,
  session: Session,
  parked: boolean,
  { x, batch }: { x: Values; batch: number },
): Promise<Prediction> {
  const width = sizeOf(program.outputShape);
  let data: Float32Array | undefined;
  let start = 0;
  await eachWindow(session, parked, { x, batch, who: "predict" }, async ({ rows, batch }) => {
    const part = await session.all(({ jobs }) => jobs.predict(x.type, rows, batch));
    data ??= allocate(x.rows * width);
    data.set(part!, start * width);
    start += rows;
  });
  return { data: data!, shape: [x.rows, ...program.outputShape] };
}
