import type { Custom } from "../expressions/check.js";
import { compileTape, tapeStep } from "../expressions/tape.js";
import type { MetricDefinition, Task } from "./metric.js";

/** A metric of one's own as JSON. */
export type CustomMetric = Custom;

/** The row of a table that a metric of one's own would have; labels are one-hot rows. */
export function customMetric({ name, expression }: CustomMetric, { target, units }: Task): MetricDefinition<object> {
  const tape = compileTape(expression, `metric ${name}`, units, target === "labels");
  return {
    options: [],
    better: "min",
    vector: true,
    output: true,
    tape,
    row: (_, { batch, value, pred, target, place }) => tapeStep(tape, place!, { batch, value, pred, target }),
  };
}
