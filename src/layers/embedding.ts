import { boolean, integer } from "../check.js";
import { type Constraint, constraintSpec } from "../constraints/index.js";
import { ShapeError } from "../errors.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { reads, step, writes } from "../kernels.js";
import { checkPenalty, type Penalty } from "../penalty.js";
import { type LayerDefinition, showShape } from "./layer.js";

export interface EmbeddingConfig {
  /** How many numbers there are: the largest is inputDim - 1. */
  inputDim: number;
  /** Length of each one's vector. */
  outputDim: number;
  /** Steps of the number 0 do not count, as below `masking`; default false. */
  maskZero?: boolean;
  /** Default uniform from -0.05 to 0.05. */
  embeddingsInitializer?: InitializerName | InitializerSpec;
  embeddingsRegularizer?: Penalty;
  embeddingsConstraint?: Constraint;
}

/**
 * A trained vector for each whole number: `out[t] = embeddings[inp[t]]`. The first layer; its numbers are data.
 *
 * Shapes   inp (B, steps) -> out (B, steps, outputDim); embeddings (inputDim, outputDim)
 * Init     embeddings uniform from -0.05 to 0.05
 * Errors   ShapeError unless an example is a vector; OptionError for dims < 1 or a layer below; DataError for other numbers
 * Kernel   assembly/layers/embedding.ts
 * Source   Bengio et al. 2003
 */
export const embedding: LayerDefinition<EmbeddingConfig> = {
  options: [
    ...["inputDim", "outputDim", "maskZero", "embeddingsInitializer", "embeddingsRegularizer", "embeddingsConstraint"],
  ],
  check(config, who) {
    integer(config.inputDim, `${who}.inputDim`, { min: 1, max: 16777216 });
    integer(config.outputDim, `${who}.outputDim`, { min: 1, max: 65536 });
    if (config.maskZero !== undefined) boolean(config.maskZero, `${who}.maskZero`);
    initializerSpec(config.embeddingsInitializer, "randomUniform", `${who}.embeddingsInitializer`);
    checkPenalty(config.embeddingsRegularizer, `${who}.embeddingsRegularizer`);
    constraintSpec(config.embeddingsConstraint, 2, `${who}.embeddingsConstraint`);
  },
  output({ outputDim }, inp, who) {
    if (inp.length === 1) return [inp[0]!, outputDim];
    throw new ShapeError(`${who}: expected whole numbers (B, steps), got ${showShape(inp)}. Put flatten() before it.`);
  },
  indices: ({ inputDim }) => inputDim,
  mask: ({ maskZero }) => (maskZero ? "writes" : undefined),
  scratch: ({ maskZero }, [steps]): Record<string, { width: number }> => (maskZero ? { mask: { width: steps! } } : {}),
  parameters: ({ inputDim, outputDim, ...config }) => [
    {
      name: "embeddings",
      shape: [inputDim, outputDim],
      layout: "panels",
      initializer: initializerSpec(config.embeddingsInitializer, "randomUniform", "embeddings"),
      regularizer: config.embeddingsRegularizer,
      constraint: constraintSpec(config.embeddingsConstraint, 2, "embeddings"),
    },
  ],
  forward({ inputDim, outputDim, maskZero }, { batch, inp, out, parameter, scratch, inpShape: [steps] }) {
    const mask = maskZero ? scratch("mask") : undefined;
    const sizes = [inputDim, outputDim, steps!, out.stride, mask?.stride ?? 0, inp.stride] as const;
    const table = reads(parameter("embeddings"));
    return [step("embedding_forward", batch, writes(out), mask ? writes(mask) : 0, reads(inp), table, ...sizes)];
  },
  backward({ inputDim, outputDim }, { batch, rows, inp, dinp, dout, gradient, inpShape: [steps] }) {
    const sizes = [rows, inputDim, outputDim, steps!, inp.stride, dout.stride] as const;
    const panels = { axis: "panel", extent: Math.ceil(outputDim / 8) } as const;
    return [
      // Numbers have no gradient.
      ...(dinp ? [step("rescaling_forward", batch, writes(dinp), reads(inp), 0, 0, inp.stride)] : []),
      step("embedding_backward", panels, writes(gradient("embeddings")), reads(inp), reads(dout), ...sizes),
    ];
  },
};
