import { suite } from "uvu";
import { adadelta, adagrad, adam, adamax, adamw, lion, nadam, radam } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of optimizers");

test(
  "factories throw at once",
  withoutThreads(() =>
    eachThrows([
      ["amsgrad", () => anyhow.adam!({ amsgrad: 1 }), "E_OPTION", /^adam\.amsgrad: expected true or false, got 1\.$/],
      ["adam's epsilon", () => adam({ amsgrad: true, epsilon: 0 }), "E_OPTION", /^adam\.epsilon: .* > 0, got 0/],
      ["amsgrad of adamw", () => anyhow.adamw!({ amsgrad: "no" }), "E_OPTION", /^adamw\.amsgrad: .* got "no"/],
      [
        "weightDecay",
        () => adamw({ weightDecay: -1 }),
        "E_OPTION",
        /^adamw\.weightDecay: expected a number >= 0, got -1/,
      ],
      ["weightDecay NaN", () => adamw({ weightDecay: Number.NaN }), "E_OPTION", /^adamw\.weightDecay: .* got NaN/],
      ["weight_decay", () => anyhow.adamw!({ weight_decay: 0 }), "E_OPTION", /Did you mean "weightDecay"/],
      ["adamw's rate", () => adamw({ learningRate: 0 }), "E_OPTION", /^adamw\.learningRate: .* > 0/],
      ["nadam's beta1", () => nadam({ beta1: 1 }), "E_OPTION", /^nadam\.beta1: expected a number >= 0 and < 1, got 1/],
      [
        "momentumDecay",
        () => anyhow.nadam!({ momentumDecay: 0.004 }),
        "E_OPTION",
        /nadam: unknown option "momentumDecay"/,
      ],
      ["radam's beta2", () => radam({ beta2: -0.1 }), "E_OPTION", /^radam\.beta2: .* got -0\.1/],
      ["adamax's epsilon", () => adamax({ epsilon: 0 }), "E_OPTION", /^adamax\.epsilon: expected a number > 0, got 0/],
      [
        "initialAccumulator",
        () => adagrad({ initialAccumulator: -0.1 }),
        "E_OPTION",
        /^adagrad\.initialAccumulator: .* >= 0/,
      ],
      ["adagrad's epsilon", () => adagrad({ epsilon: -1 }), "E_OPTION", /^adagrad\.epsilon: .* got -1/],
      [
        "adagrad's rate",
        () => anyhow.adagrad!({ learningRate: "1" }),
        "E_OPTION",
        /^adagrad\.learningRate: .* got "1"/,
      ],
      ["rho", () => adadelta({ rho: 1 }), "E_OPTION", /^adadelta\.rho: expected a number >= 0 and < 1, got 1/],
      ["adadelta's epsilon", () => adadelta({ epsilon: 0 }), "E_OPTION", /^adadelta\.epsilon: .* > 0/],
      ["adadelta's rate", () => adadelta({ learningRate: -1 }), "E_OPTION", /^adadelta\.learningRate: .* got -1/],
      ["lion's beta1", () => lion({ beta1: 1 }), "E_OPTION", /^lion\.beta1: .* got 1/],
      ["lion's beta2", () => lion({ beta2: Number.POSITIVE_INFINITY }), "E_OPTION", /^lion\.beta2: .* got Infinity/],
      ["lion's decay", () => lion({ weightDecay: -0.1 }), "E_OPTION", /^lion\.weightDecay: .* got -0\.1/],
      ["lion's rate", () => lion({ learningRate: 0 }), "E_OPTION", /^lion\.learningRate: .* got 0/],
      ["epsilon of lion", () => anyhow.lion!({ epsilon: 1e-7 }), "E_OPTION", /lion: unknown option "epsilon"/],
      ["nothing", () => anyhow.lion!(null), "E_OPTION", /lion: expected an object of options .* got null/],
    ]),
  ),
);

test.run();
