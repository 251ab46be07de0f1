import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activation, type DataInput, input, sequential } from "../src/index.js";
import { type LossName, type LossSpec, losses } from "../src/losses/index.js";
import golden from "./golden/losses.json";
import { close, NUMERICS, type Tensor } from "./golden.js";

interface Case {
  name: string;
  fromLogits?: boolean;
  labelSmoothing?: number;
  delta?: number;
  note?: string;
  tensors: Partial<Record<"labels" | "targets", Tensor>> & Record<"x" | "output" | "grad_x", Tensor>;
}
type Loss = LossSpec;

const cases: Case[] = golden.cases;
const test = suite("golden losses");

const nameOf = (c: Case) => c.name.split(" ")[0] as keyof typeof losses;
/** The note of kullbackLeiblerDivergence says that its x has not been through log-softmax yet. */
const fromLogits = (c: Case) => c.fromLogits ?? nameOf(c) === "kullbackLeiblerDivergence";

/** Loss and gradient by x of a model that has no parameters, against the case's. */
async function check(c: Case, last: string, loss: Loss, numerics: "strict" | "fast", y: DataInput): Promise<void> {
  const { x, output, grad_x } = c.tensors;
  await using model = sequential([input({ shape: [x.shape[1]!] }), activation(last)]);
  model.compile({ optimizer: "sgd", loss, numerics, workers: 2 });
  const evaluated = await model.evaluate(x, y);
  close([evaluated.loss!], output.data, 1e-6, "evaluate().loss");
  const inParts = await model.evaluate(x, y, { batchSize: 2 });
  close([inParts.loss!], output.data, 1e-6, "evaluate().loss in parts");
  const gradients = await model.gradients(x, y);
  close([gradients.loss], output.data, 1e-6, "gradients().loss");
  assert.equal(gradients.input.shape, grad_x.shape);
  close(gradients.input.data, grad_x.data, 1e-6, "gradient");
}

for (const numerics of NUMERICS) {
  for (const c of cases) {
    const { labelSmoothing, delta } = c;
    const options = { name: nameOf(c), labelSmoothing, delta } as Loss;
    const y = c.tensors.labels ?? c.tensors.targets!;
    const logits = fromLogits(c);

    test(`${c.name} (${numerics})`, () =>
      check(c, "linear", { ...options, ...(logits && { fromLogits: true }) }, numerics, y));

    for (const last of losses[options.name as LossName].fused ?? []) {
      test(`${c.name} after ${last} (${numerics})`, () => check(c, last, options, numerics, y));
    }
  }
}

test("labels and targets in every form give the same numbers", async () => {
  for (const c of cases) {
    const { labels, targets, x } = c.tensors;
    const { data, shape } = labels ?? targets!;
    const width = shape[1] ?? 1;
    const rows = Array.from({ length: x.shape[0]! }, (_, r) => data.slice(r * width, (r + 1) * width));
    const forms: DataInput[] = [data, Float32Array.from(data), Float64Array.from(data), rows];
    if (labels)
      forms.push(Int32Array.from(data), Uint8Array.from(data), { data: Int32Array.from(data), shape: [shape[0]!, 1] });
    const { labelSmoothing, delta } = c;
    const loss = { name: nameOf(c), labelSmoothing, delta, ...(fromLogits(c) && { fromLogits: true }) } as Loss;
    for (const y of forms) await check(c, "linear", loss, "strict", y);
  }
});

/** Without a case in the file: their numbers are in losses/published.test.ts. */
const PUBLISHED = [
  "binaryFocalCrossentropy",
  "categoricalFocalCrossentropy",
  "categoricalHinge",
  "cosineSimilarity",
  "hinge",
  "logCosh",
  "meanAbsolutePercentageError",
  "meanSquaredLogarithmicError",
  "poisson",
  "sparseCategoricalFocalCrossentropy",
  "squaredHinge",
];

test("every loss has its numbers", () => {
  assert.equal([...new Set(cases.map(nameOf)), ...PUBLISHED].sort(), Object.keys(losses).sort());
});

test.run();
