import { suite } from "uvu";
import { adam, earlyStopping, inverseTimeDecay, rmsprop, sgd } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of factories");

test(
  "optimizers, schedules and callbacks throw at once",
  withoutThreads(() =>
    eachThrows([
      ["rate 0", () => sgd({ learningRate: 0 }), "E_OPTION", /^sgd\.learningRate: expected a number > 0, got 0\.$/],
      ["rate negative", () => adam({ learningRate: -0.1 }), "E_OPTION", /^adam\.learningRate: .* got -0\.1/],
      ["rate NaN", () => rmsprop({ learningRate: Number.NaN }), "E_OPTION", /got NaN/],
      [
        "rate as text",
        () => anyhow.sgd!({ learningRate: "0.1" }),
        "E_OPTION",
        /expected a number > 0 or a schedule, got "0\.1"/,
      ],
      ["rate null", () => anyhow.sgd!({ learningRate: null }), "E_OPTION", /got null/],
      [
        "the rate alone",
        () => anyhow.sgd!(0.1),
        "E_OPTION",
        /sgd: expected an object of options \(learningRate, momentum, nesterov, clipValue, .*\), got 0\.1/,
      ],
      ["options null", () => anyhow.adam!(null), "E_OPTION", /adam: expected an object of options .* got null/],
      [
        "lr",
        () => anyhow.sgd!({ lr: 0.1 }),
        "E_OPTION",
        /unknown option "lr"\. Did you mean "learningRate"\? Known: learningRate, momentum, nesterov/,
      ],
      ["learning_rate", () => anyhow.sgd!({ learning_rate: 0.1 }), "E_OPTION", /Did you mean "learningRate"/],
      ["momentum 1", () => sgd({ momentum: 1 }), "E_OPTION", /sgd\.momentum: expected a number >= 0 and < 1, got 1/],
      ["nesterov", () => anyhow.sgd!({ nesterov: 1 }), "E_OPTION", /sgd\.nesterov: expected true or false/],
      ["beta1 1", () => adam({ beta1: 1 }), "E_OPTION", /adam\.beta1: .* got 1/],
      ["epsilon 0", () => adam({ epsilon: 0 }), "E_OPTION", /adam\.epsilon: expected a number > 0, got 0/],
      ["rho", () => rmsprop({ rho: 1.5 }), "E_OPTION", /rmsprop\.rho/],
      [
        "schedule unknown",
        () => anyhow.sgd!({ learningRate: { type: "cosine" } }),
        "E_OPTION",
        /sgd\.learningRate\.type: unknown name "cosine"\. Known: inverseTimeDecay/,
      ],
      [
        "schedule not called",
        () => anyhow.sgd!({ learningRate: inverseTimeDecay }),
        "E_OPTION",
        /got a function\. Call the function/,
      ],
      [
        "schedule's initial",
        () => anyhow.inverseTimeDecay!({ decay: 0.1 }),
        "E_OPTION",
        /inverseTimeDecay\.initial: .* got undefined/,
      ],
      [
        "schedule's decay",
        () => inverseTimeDecay({ initial: 0.1, decay: -1 }),
        "E_OPTION",
        /inverseTimeDecay\.decay: expected a number >= 0, got -1/,
      ],
      [
        "schedule's key",
        () => anyhow.inverseTimeDecay!({ initial: 1, decay: 1, step: 1 }),
        "E_OPTION",
        /unknown option "step"\. Known: initial, decay/,
      ],
      [
        "schedule of nothing",
        () => anyhow.inverseTimeDecay!(),
        "E_OPTION",
        /expected an object of options \(initial, decay\), got undefined/,
      ],
      [
        "patience",
        () => earlyStopping({ patience: -1 }),
        "E_OPTION",
        /^earlyStopping\.patience: expected a whole number >= 0, got -1\.$/,
      ],
      ["patience 1.5", () => earlyStopping({ patience: 1.5 }), "E_OPTION", /patience: .* got 1\.5/],
      ["minDelta", () => earlyStopping({ minDelta: -1 }), "E_OPTION", /minDelta/],
      [
        "mode",
        () => anyhow.earlyStopping!({ mode: "smallest" }),
        "E_OPTION",
        /earlyStopping\.mode: unknown name "smallest"\. Known: min, max, auto/,
      ],
      [
        "monitor",
        () => anyhow.earlyStopping!({ monitor: Symbol("m") }),
        "E_OPTION",
        /earlyStopping\.monitor: expected a key of the logs/,
      ],
      [
        "restoreBestWeights",
        () => anyhow.earlyStopping!({ restoreBestWeights: "yes" }),
        "E_OPTION",
        /expected true or false, got "yes"/,
      ],
      ["key of earlyStopping", () => anyhow.earlyStopping!({ patients: 3 }), "E_OPTION", /Did you mean "patience"/],
      [
        "the patience alone",
        () => anyhow.earlyStopping!(3),
        "E_OPTION",
        /earlyStopping: expected an object of options/,
      ],
    ]),
  ),
);

test.run();
