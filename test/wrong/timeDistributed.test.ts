import { suite } from "uvu";
import { add, flatten, gru, input, lstm, masking, sequential, timeDistributed } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong layers of each step");

test(
  "layers of each step",
  withoutThreads(() =>
    eachThrows([
      [
        "a layer a step that goes on from the last one",
        () => timeDistributed(lstm({ units: 2, stateful: true })),
        "E_OPTION",
        /^timeDistributed\.layer: expected a layer that needs it, of one input, without mask and states, got .*stateful: true/,
      ],
      [
        "states of each step",
        () => timeDistributed(gru({ units: 2, returnState: true })),
        "E_OPTION",
        /^timeDistributed\.layer: expected .* without mask and states/,
      ],
      ["a mask a step", () => timeDistributed(masking()), "E_OPTION", /^timeDistributed\.layer: .* without mask/],
      ["a merge a step", () => timeDistributed(add()), "E_OPTION", /^timeDistributed\.layer: .* of one input/],
      [
        "an activation a step, which is on each already",
        () =>
          sequential([
            input({ shape: [2, 3] }),
            { type: "timeDistributed", layer: { type: "activation", activation: "softmax" } },
          ] as never),
        "E_OPTION",
        /^timeDistributed\.layer: expected a layer that needs it/,
      ],
      ["no layer a step", () => anyhow.timeDistributed!("lstm"), "E_OPTION", /got "lstm"/],
      [
        "an option of the layer",
        () =>
          sequential([input({ shape: [2, 3] }), { type: "timeDistributed", layer: { type: "gru", unit: 2 } } as never]),
        "E_OPTION",
        /^timeDistributed\.layer: unknown option "unit"/,
      ],
      [
        "a value of the layer",
        () =>
          sequential([
            input({ shape: [2, 3] }),
            { type: "timeDistributed", layer: { type: "gru", units: 0 } } as never,
          ]),
        "E_OPTION",
        /^timeDistributed\.layer\.units: .* got 0/,
      ],
      [
        "a layer on steps of a vector",
        () => sequential([input({ shape: [4] }), timeDistributed(flatten())]),
        "E_SHAPE",
        /^timeDistributed_0 on input: expected sequences \(B, steps, \.\.\.\), got \(B, 4\)\. Put reshape/,
      ],
      [
        "an lstm on steps of vectors",
        () => sequential([input({ shape: [4, 3] }), timeDistributed(lstm({ units: 2, name: "words" }))]),
        "E_SHAPE",
        /^words on input, a step: expected sequences .*, got \(B, 3\)/,
      ],
    ]),
  ),
);

test.run();
