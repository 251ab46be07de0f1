// An activation may lie over what a layer with weights gives, since no such layer looks at that again.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { layers } from "../../src/layers/index.js";
import { createLayout } from "../../src/plan/layout.js";
import { gradientsPlan, trainPlan } from "../../src/plan/plan.js";
import { compileProgram } from "../../src/plan/program.js";
import type { ModelSpec } from "../../src/spec.js";

const test = suite("layers below activations");

const VECTOR = [8];
const SEQUENCE = [6, 8];
const IMAGE = [6, 6, 8];
type Sample = readonly [shape: readonly number[], config: object];
const filters = { filters: 4, kernelSize: 3 };
const recurrent = { units: 4, returnSequences: true, stateful: true };

/** At least one of each layer that has parameters. */
const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  dense: [
    [VECTOR, { units: 64 }],
    [SEQUENCE, { units: 4 }],
  ],
  conv1d: [[SEQUENCE, filters]],
  conv2d: [[IMAGE, filters]],
  conv2dTranspose: [[IMAGE, filters]],
  depthwiseConv2d: [[IMAGE, { kernelSize: 3, depthMultiplier: 2 }]],
  separableConv2d: [[IMAGE, filters]],
  batchNormalization: [[VECTOR, {}]],
  layerNormalization: [[VECTOR, {}]],
  rmsNormalization: [[VECTOR, {}]],
  groupNormalization: [[IMAGE, { groups: 2 }]],
  embedding: [[[6], { inputDim: 9, outputDim: 4, maskZero: true }]],
  positionEmbedding: [[SEQUENCE, {}]],
  multiHeadAttention: [[SEQUENCE, { heads: 2, useBias: true }]],
  simpleRnn: [[SEQUENCE, recurrent]],
  lstm: [[SEQUENCE, recurrent]],
  gru: [[SEQUENCE, { units: 4 }]],
  bidirectional: [
    [SEQUENCE, { mergeMode: "mul", layer: { type: "lstm", units: 4, returnSequences: true } }],
    [SEQUENCE, { mergeMode: "concat", layer: { type: "gru", units: 4 } }],
  ],
  timeDistributed: [
    [IMAGE, { layer: { type: "batchNormalization" } }],
    [IMAGE, { layer: { type: "maxPooling1d" } }],
  ],
};

test("each layer that has parameters is here", () => {
  const known = Object.entries(layers).filter(([, definition]) => "parameters" in definition);
  assert.equal(
    known.map(([type]) => type).filter((type) => !SAMPLES[type]),
    [],
  );
});

const training = {
  optimizer: { type: "sgd", learningRate: 0.1, momentum: 0, nesterov: false },
  loss: { name: "meanSquaredError" },
  metrics: [],
} as const;

for (const [type, samples] of Object.entries(SAMPLES)) {
  test(`${type} does not look at its output again`, () => {
    for (const [shape, config] of samples) {
      // One that reads its input backward, and lies apart.
      const behind = { type: "activation", activation: "elu" };
      const spec = { layers: [{ type: "input", shape }, { type, ...config }, behind] } as unknown as ModelSpec;
      const program = compileProgram(spec, training, 1);
      const train = { rows: 20, types: ["float32"], weighted: false } as const;
      const request = { workers: 2, batch: 6, train, validation: null, held: 0, accumulates: true };
      const layout = createLayout(program, { ...request, best: true, inputGradient: true });
      const [{ pointer, bytes }] = layout.outputs as [(typeof layout.outputs)[0]];
      const plans = [
        trainPlan(program, layout, layout.train!, { rows: 6, total: 6, part: "whole" }),
        gradientsPlan(program, layout, layout.train!, 6, true),
        gradientsPlan(program, layout, layout.train!, 6, false),
      ];
      const looking = plans.map((phases) =>
        phases.flat().flatMap(({ kernel, arguments: touched }) => {
          const looks = touched.some((argument) => {
            if (typeof argument === "number" || argument.access === "write") return false;
            return argument.tensor.pointer >= pointer && argument.tensor.pointer < pointer + bytes;
          });
          return looks ? [kernel] : [];
        }),
      );
      for (const kernels of looking) {
        assert.is(kernels[0], "elu_forward");
        const others = kernels.filter((kernel) => !kernel.startsWith("elu"));
        assert.equal(others, [], JSON.stringify(config));
      }
    }
  });
}

test.run();
