import { suite } from "uvu";
import { input, multiHeadAttention, sequential } from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of attention");

test(
  "attention",
  withoutThreads(() =>
    eachThrows([
      ["no heads", () => anyhow.multiHeadAttention!({}), "E_OPTION", /^multiHeadAttention\.heads: .* got undefined/],
      ["heads 0", () => multiHeadAttention({ heads: 0 }), "E_OPTION", /\.heads: .* got 0/],
      ["headSize 2.5", () => multiHeadAttention({ heads: 1, headSize: 2.5 }), "E_OPTION", /\.headSize: .* got 2\.5/],
      ["causal 1", () => anyhow.multiHeadAttention!({ heads: 1, causal: 1 }), "E_OPTION", /\.causal: expected true/],
      [
        "useBias",
        () => anyhow.multiHeadAttention!({ heads: 1, useBias: "no" }),
        "E_OPTION",
        /\.useBias: expected true/,
      ],
      [
        "an activation",
        () => anyhow.multiHeadAttention!({ heads: 1, activation: "relu" }),
        "E_OPTION",
        /unknown option "activation"/,
      ],
      [
        "a vector",
        () => sequential([input({ shape: [4] }), multiHeadAttention({ heads: 2 })]).summary(),
        "E_SHAPE",
        /^multiHeadAttention_0 on input: expected sequences \(B, steps, channels\), got \(B, 4\)\. Put reshape/,
      ],
      [
        "channels that heads cannot share",
        () => sequential([input({ shape: [4, 5] }), multiHeadAttention({ heads: 2 })]).summary(),
        "E_SHAPE",
        /expected channels that 2 heads can share, got \(B, 4, 5\)\. Say headSize/,
      ],
    ]),
  ),
);

test.run();
