import { suite } from "uvu";
import { flatten, functional, gru, input, lstm, sequential, sgd, simpleRnn } from "../src/index.js";
import golden from "./golden/recurrent_states.json";
import { close, NUMERICS, type Tensor } from "./golden.js";

const test = suite("golden recurrent layers that begin with states");
/** Sums over 12 steps of 3 sequences in float32. */
const TOLERANCE = 1e-5;
/** Too small to change a weight. */
const STILL = 1e-35;

const layers = { simpleRnn, lstm, gru };
const WEIGHTS = ["kernel", "recurrent", "bias", "recurrentBias"] as const;
const cases = golden.cases as unknown as { name: keyof typeof layers; tensors: Record<string, Tensor> }[];

for (const { name, tensors } of cases) {
  const { before, x, output, grad_output: dout, grad_x: dinp } = tensors as Record<string, Tensor>;
  const [rows, steps, units] = output!.shape as [number, number, number];

  for (const numerics of NUMERICS) {
    test(`${name}, stateful: outputs, and gradients of a second batch (${numerics})`, async () => {
      const names = WEIGHTS.filter((weight) => tensors[weight]);
      await using model = sequential([
        input({ shape: x!.shape.slice(1) }),
        layers[name]({ units, returnSequences: true, stateful: true }),
        flatten(),
      ]);
      model.compile({ optimizer: sgd({ learningRate: STILL }), loss: "meanSquaredError", numerics, workers: 2 });
      await model.setWeights(names.map((weight) => tensors[weight]!));
      await model.predict(before!);
      close((await model.predict(x!)).data, output!.data, TOLERANCE, "output");
      await model.trainOnBatch(before!, { data: new Float32Array(rows * steps * units), shape: [rows, steps * units] });
      const gradients = await model.backward(x!, { ...dout!, shape: [rows, steps * units] });
      close(gradients.input.data, dinp!.data, TOLERANCE, "input gradient");
      for (const [i, weight] of names.entries()) {
        close(gradients.weights[i]!.data, tensors[`grad_${weight}`]!.data, TOLERANCE, weight);
      }
    });
  }

  for (const numerics of NUMERICS) {
    test(`${name}, begun with given states: outputs, and gradients by them (${numerics})`, async () => {
      const states = ["h0", "c0"].filter((state) => tensors[state]);
      const inputs = [
        input({ shape: x!.shape.slice(1), name: "x" }),
        ...states.map((state) => input({ shape: [units], name: state })),
      ];
      const outputs = layers[name]({ units, returnSequences: true }).apply(inputs);
      await using model = functional({ inputs, outputs });
      model.compile({ optimizer: "sgd", numerics, workers: 2 });
      await model.setWeights(WEIGHTS.flatMap((weight) => tensors[weight] ?? []));
      const given = [x!, ...states.map((state) => tensors[state]!)];
      close((await model.predict(given)).data, output!.data, TOLERANCE, "output");
      const gradients = await model.backward(given, dout!);
      close(gradients.inputs!.x!.data, dinp!.data, TOLERANCE, "x");
      for (const state of states) {
        close(gradients.inputs![state]!.data, tensors[`grad_${state}`]!.data, TOLERANCE, state);
      }
    });
  }
}

test.run();
