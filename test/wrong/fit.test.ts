import { suite } from "uvu";
import { earlyStopping } from "../../src/index.js";
import { classifier, x, y } from "./models.js";
import { eachRejects, withoutThreads } from "./wrong.js";

const test = suite("wrong options of fit");

/** fit() of a compiled classifier with right data and these options. */
const fit = (options: unknown) => () => classifier().fit(x, y, options as object);
const split = { validationSplit: 0.25 };

test(
  "fit rejects",
  withoutThreads(() =>
    eachRejects([
      ["null", fit(null), "E_OPTION", /^fit: expected an object of options \(epochs, .*\), got null\.$/],
      ["a number", fit(10), "E_OPTION", /got 10/],
      [
        "key",
        fit({ epoch: 3 }),
        "E_OPTION",
        /fit: unknown option "epoch"\. Did you mean "epochs"\? Known: epochs, batchSize, /,
      ],
      ["epochs 0", fit({ epochs: 0 }), "E_OPTION", /^fit: epochs: expected a whole number >= 1, got 0\.$/],
      ["epochs as text", fit({ epochs: "3" }), "E_OPTION", /got "3"/],
      ["batchSize 0", fit({ batchSize: 0 }), "E_OPTION", /^fit: batchSize: expected a whole number >= 1, got 0\.$/],
      ["batchSize 1.5", fit({ batchSize: 1.5 }), "E_OPTION", /got 1\.5/],
      ["shuffle", fit({ shuffle: 1 }), "E_OPTION", /fit: shuffle: expected true or false, got 1/],
      [
        "onNonFinite",
        fit({ onNonFinite: "ignore" }),
        "E_OPTION",
        /^fit: onNonFinite: unknown name "ignore"\. Known: stop, skip, rollback/,
      ],
      ["transfer", fit({ transfer: "x" }), "E_OPTION", /fit: transfer: expected true or false/],
      [
        "validationSplit 1",
        fit({ validationSplit: 1 }),
        "E_OPTION",
        /fit: validationSplit: expected a number >= 0 and < 1, got 1/,
      ],
      ["validationSplit -0.1", fit({ validationSplit: -0.1 }), "E_OPTION", /got -0\.1/],
      [
        "both validations",
        fit({ ...split, validationData: [x, y] }),
        "E_OPTION",
        /validationSplit: expected it or validationData, got both\. Drop one/,
      ],
      [
        "validationData null",
        fit({ validationData: null }),
        "E_OPTION",
        /fit: validationData: expected \[x, y\], got null/,
      ],
      [
        "validationData x alone",
        fit({ validationData: [x] }),
        "E_OPTION",
        /expected \[x, y\], got \[Float32Array\(32\)\]/,
      ],
      [
        "nothing to split",
        () => classifier().fit(x.subarray(4, 8), [0], split),
        "E_OPTION",
        /validationSplit: expected at least 2 rows to split, got 1/,
      ],
      [
        "monitor without validation",
        fit({ callbacks: [earlyStopping()] }),
        "E_OPTION",
        /^earlyStopping\.monitor: unknown name "valLoss"\. Known: dataLoss, penalty, loss, accuracy\. Validation values need validationSplit or validationData\.$/,
      ],
      [
        "monitor",
        fit({ ...split, callbacks: [earlyStopping({ monitor: "val_loss" })] }),
        "E_OPTION",
        /unknown name "val_loss"\. Did you mean "valLoss"\? Known: .*valAccuracy, generalizationGap\.$/,
      ],
      [
        "callbacks not a list",
        fit({ callbacks: earlyStopping() }),
        "E_OPTION",
        /fit: callbacks: expected an array, got/,
      ],
      [
        "callback",
        fit({ callbacks: [{ type: "earlyStoping" }] }),
        "E_OPTION",
        /callbacks\.type: unknown name "earlyStoping"\. Did you mean "earlyStopping"\? Known: earlyStopping/,
      ],
      ["callback not called", fit({ callbacks: [earlyStopping] }), "E_OPTION", /got a function\. Call the function/],
      ["callback null", fit({ callbacks: [null] }), "E_OPTION", /expected one of earlyStopping, got null/],
      [
        "callback's option",
        fit({ ...split, callbacks: [{ type: "earlyStopping", patience: "3" }] }),
        "E_OPTION",
        /patience: .* got "3"/,
      ],
      [
        "two callbacks",
        fit({ ...split, callbacks: [earlyStopping(), earlyStopping()] }),
        "E_OPTION",
        /expected one earlyStopping\(\), got 2/,
      ],
      ["onEpochEnd", fit({ onEpochEnd: true }), "E_OPTION", /fit: onEpochEnd: expected a function, got true/],
      ["onProgress", fit({ onProgress: null }), "E_OPTION", /fit: onProgress: expected a function, got null/],
      ["signal", fit({ signal: 5 }), "E_OPTION", /fit: signal: expected an AbortSignal, got 5/],
      [
        "the controller",
        fit({ signal: new AbortController() }),
        "E_OPTION",
        /got an AbortController\. Pass its signal: controller\.signal/,
      ],
      ["maxSteps", fit({ maxSteps: 0 }), "E_OPTION", /fit: maxSteps/],
      ["maxTime", fit({ maxTime: -1 }), "E_OPTION", /fit: maxTime/],
    ]),
  ),
);

test.run();
