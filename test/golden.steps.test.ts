import { suite } from "uvu";
import * as assert from "uvu/assert";
import { activation, type CompileOptions, input, masking, sequential } from "../src/index.js";
import { type LossName, losses } from "../src/losses/index.js";
import golden from "./golden/steps.json";
import { close, NUMERICS, type Tensor } from "./golden.js";

interface Case {
  name: string;
  labelSmoothing?: number;
  delta?: number;
  masked?: boolean;
  tensors: Partial<Record<"labels" | "targets", Tensor>> & Record<"x" | "output" | "grad_x", Tensor>;
}
const cases = golden.cases as Case[];
const test = suite("golden losses of steps");

for (const numerics of NUMERICS) {
  for (const { name, labelSmoothing, delta, masked, tensors } of cases) {
    const { x, output, grad_x } = tensors;
    const y = (tensors.labels ?? tensors.targets)!;
    test(`${name} of (${x.shape.join(", ")})${masked ? ", masked" : ""} (${numerics})`, async () => {
      const [last = "linear"] = losses[name as LossName].fused ?? [];
      await using model = sequential([
        input({ shape: x.shape.slice(1) }),
        ...(masked ? [masking()] : []),
        activation(last),
      ]);
      const loss = { name, labelSmoothing, delta } as CompileOptions["loss"] & object;
      model.compile({ optimizer: "sgd", loss, numerics, workers: 2 });
      const evaluated = await model.evaluate(x, y);
      close([evaluated.loss!], output.data, 1e-6, "evaluate().loss");
      const inParts = await model.evaluate(x, y, { batchSize: 1 });
      close([inParts.loss!], output.data, 1e-6, "evaluate().loss in parts");
      const gradients = await model.gradients(x, y);
      close([gradients.loss], output.data, 1e-6, "gradients().loss");
      assert.equal(gradients.input.shape, grad_x.shape);
      close(gradients.input.data, grad_x.data, 1e-6, "gradient");
    });
  }
}

test.run();
