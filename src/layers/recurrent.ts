// The cells of recurrent layers.
import { boolean, pick, show } from "../check.js";
import { OptionError } from "../errors.js";
import { initializerSpec } from "../initializers/index.js";
import { type Cell, type RecurrentConfig, recurrent } from "./recurrence.js";

export interface SimpleRnnConfig extends RecurrentConfig {
  /** tanh (default), sigmoid, relu or linear. */
  activation?: "tanh" | "sigmoid" | "relu" | "linear" | { type: "tanh" | "sigmoid" | "relu" | "linear" };
}

interface GatedConfig extends RecurrentConfig {
  /** Of what the gates let through: there is tanh alone. */
  activation?: "tanh" | { type: "tanh" };
  /** Of the gates: there is sigmoid alone. */
  recurrentActivation?: "sigmoid" | { type: "sigmoid" };
}

export interface LstmConfig extends GatedConfig {
  /** The bias of the forget gate is 1 in a new layer, so that it keeps what it has; default true. */
  unitForgetBias?: boolean;
}

export interface GruConfig extends GatedConfig {
  /** The reset gate acts on the product with the recurrent kernel, not on the state before it: there is this form alone. */
  resetAfter?: true;
}

const codes = { tanh: 0, sigmoid: 1, relu: 2, linear: 3 } as const;

const simpleCell: Cell<SimpleRnnConfig> = {
  options: ["activation"],
  check: ({ activation = "tanh" }, who) => void pick(codes, activation, "type", `${who}.activation`),
  code: ({ activation = "tanh" }) => codes[typeof activation === "string" ? activation : activation.type],
  gates: 1,
  states: 1,
};

const GATED = ["activation", "recurrentActivation"] as const;

function checkGates({ activation = "tanh", recurrentActivation = "sigmoid" }: GatedConfig, who: string): void {
  pick({ tanh: 1 }, activation, "type", `${who}.activation`);
  pick({ sigmoid: 1 }, recurrentActivation, "type", `${who}.recurrentActivation`);
}

const lstmCell: Cell<LstmConfig> = {
  options: [...GATED, "unitForgetBias"],
  check(config, who) {
    const { unitForgetBias } = config;
    checkGates(config, who);
    if (unitForgetBias !== undefined) boolean(unitForgetBias, `${who}.unitForgetBias`);
  },
  code: () => 4,
  gates: 4,
  states: 2,
  bias: ({ unitForgetBias = true, biasInitializer }) =>
    unitForgetBias ? { type: "unitForget", others: initializerSpec(biasInitializer, "zeros", "bias") } : undefined,
};

const gruCell: Cell<GruConfig> = {
  options: [...GATED, "resetAfter"],
  check(config, who) {
    const { resetAfter } = config;
    checkGates(config, who);
    if (resetAfter === undefined || (resetAfter as unknown) === true) return;
    throw new OptionError(`${who}.resetAfter: expected true, got ${show(resetAfter)}. There is no other form.`);
  },
  code: () => 5,
  gates: 3,
  states: 1,
  after: true,
};

/** The cells by the type of their layer. */
export const cells = { simpleRnn: simpleCell, lstm: lstmCell, gru: gruCell };

/**
 * Recurrent layer of one gate: `h[t] = activation(inp[t] · kernel + h[t - 1] · recurrentKernel + bias)`, `out = h`.
 *
 * Shapes   inp (B, steps, I) -> out (B, units), or (B, steps, units) with returnSequences; kernel (I, units),
 *          recurrentKernel (units, units), bias (units)
 * Init     kernel Glorot uniform, recurrent kernel orthogonal, bias zeros
 * Errors   ShapeError unless examples are sequences; OptionError for units < 1 or an activation that no cell has
 * Kernel   assembly/layers/recurrent.ts; assembly/layers/convolution.ts for what takes all steps at once
 * Source   Elman 1990; Saxe, McClelland & Ganguli 2014 (init)
 */
export const simpleRnn = recurrent(simpleCell);

/**
 * Long short-term memory, s = sigmoid: `i, f, o = s(sum of each), g = tanh(sum)` of `inp[t] · kernel + h[t - 1] · recurrentKernel + bias`,
 * `c[t] = f * c[t - 1] + i * g`, `h[t] = o * tanh(c[t])`, `out = h`.
 *
 * Shapes   inp (B, steps, I) -> out (B, units), or (B, steps, units) with returnSequences; kernel (I, 4 units),
 *          recurrentKernel (units, 4 units), bias (4 units), gates in the order i, f, g, o
 * Init     kernel Glorot uniform, recurrent kernel orthogonal, bias zeros, ones for f (unitForgetBias)
 * Errors   ShapeError unless examples are sequences; OptionError for units < 1
 * Kernel   assembly/layers/recurrent.ts; assembly/layers/convolution.ts for what takes all steps at once
 * Source   Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (f); Jozefowicz et al. 2015 (its bias)
 */
export const lstm = recurrent(lstmCell);

/**
 * Gated recurrent unit, reset after the product, s = sigmoid, a = inp[t] · kernel + bias, b = h[t - 1] · recurrentKernel + recurrentBias:
 * `z, r = s(a + b)`, `n = tanh(a + r * b)`, `h[t] = z * h[t - 1] + (1 - z) * n`, `out = h`.
 *
 * Shapes   inp (B, steps, I) -> out (B, units), or (B, steps, units) with returnSequences; kernel (I, 3 units),
 *          recurrentKernel (units, 3 units), bias and recurrentBias (3 units), gates in the order z, r, n
 * Init     kernel Glorot uniform, recurrent kernel orthogonal, biases zeros
 * Errors   ShapeError unless examples are sequences; OptionError for units < 1
 * Kernel   assembly/layers/recurrent.ts; assembly/layers/convolution.ts for what takes all steps at once
 * Source   Cho et al. 2014; its reset after the product as in cuDNN and Keras
 */
export const gru = recurrent(gruCell);
