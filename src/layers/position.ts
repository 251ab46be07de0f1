import { stride } from "../arena.js";
import { lookup } from "../check.js";
import { type Constraint, constraintSpec } from "../constraints/index.js";
import { type InitializerName, type InitializerSpec, initializerSpec } from "../initializers/index.js";
import { reads, step, writes } from "../kernels.js";
import { cos, power, sin } from "../mathematics.js";
import { checkPenalty, type Penalty } from "../penalty.js";
import { type LayerDefinition, sizeOf } from "./layer.js";
import { checkSequence } from "./recurrence.js";

export interface PositionConfig {
  /** A trained table (default), or sines and cosines of the step. */
  encoding?: "learned" | "sinusoidal";
  /** Of the trained table; default uniform from -0.05 to 0.05. */
  embeddingsInitializer?: InitializerName | InitializerSpec;
  embeddingsRegularizer?: Penalty;
  embeddingsConstraint?: Constraint;
}

const encodings = { learned: true, sinusoidal: false };
const learns = ({ encoding = "learned" }: PositionConfig) => encodings[encoding];

/**
 * A vector for each step, so that layers that see steps in no order tell them apart: `out[t] = inp[t] + table[t]`. The table is
 * trained, or sinusoidal: `sin(t / 10000^(c / channels))` for even channels c, and the cosine of the same angle for the next one.
 *
 * Shapes   inp (B, steps, channels) -> out (B, steps, channels); embeddings (steps, channels), where trained
 * Init     embeddings uniform from -0.05 to 0.05
 * Errors   ShapeError unless examples are sequences; OptionError for another encoding
 * Kernel   assembly/layers/position.ts
 * Source   Vaswani et al. 2017
 */
export const positionEmbedding: LayerDefinition<PositionConfig> = {
  options: ["encoding", "embeddingsInitializer", "embeddingsRegularizer", "embeddingsConstraint"],
  check(config, who) {
    lookup(encodings, config.encoding ?? "learned", `${who}.encoding`);
    initializerSpec(config.embeddingsInitializer, "randomUniform", `${who}.embeddingsInitializer`);
    checkPenalty(config.embeddingsRegularizer, `${who}.embeddingsRegularizer`);
    constraintSpec(config.embeddingsConstraint, 1, `${who}.embeddingsConstraint`);
  },
  output(_, inp, who) {
    checkSequence(inp, who);
    return inp;
  },
  parameters(config, inp) {
    if (!learns(config)) return [];
    return [
      {
        name: "embeddings",
        shape: inp,
        layout: "flat",
        initializer: initializerSpec(config.embeddingsInitializer, "randomUniform", "embeddings"),
        regularizer: config.embeddingsRegularizer,
        constraint: constraintSpec(config.embeddingsConstraint, 1, "embeddings"),
      },
    ];
  },
  constants: (config, inp): Record<string, Float32Array> => (learns(config) ? {} : { table: waves(inp[0]!, inp[1]!) }),
  forward(config, { batch, inp, out, parameter, constant, inpShape }) {
    const table = learns(config) ? parameter("embeddings") : constant("table");
    const sizes = [stride(sizeOf(inpShape)), out.stride] as const;
    return [step("position_forward", batch, writes(out), reads(inp), reads(table), ...sizes)];
  },
  backward(config, { batch, rows, dinp, dout, gradient, split }) {
    const table = () =>
      step("dense_backward_bias", split("embeddings"), writes(gradient("embeddings")), reads(dout), rows, dout.stride);
    return [
      ...(dinp ? [step("rescaling_backward", batch, writes(dinp), reads(dout), 1, dinp.stride)] : []),
      ...(learns(config) ? [table()] : []),
    ];
  },
};

/** The angle turns from a radian a step for the first channels to a ten-thousandth for the last ones. */
function waves(steps: number, channels: number): Float32Array {
  return Float32Array.from({ length: steps * channels }, (_, i) => {
    const channel = i % channels;
    const angle = Math.floor(i / channels) / power(10000, (channel - (channel % 2)) / channels);
    return channel % 2 ? cos(angle) : sin(angle);
  });
}
