import { suite } from "uvu";
import {
  averagePooling2d,
  conv1d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  depthwiseConv2d,
  input,
  maxPooling2d,
  permute,
  repeatVector,
  reshape,
  separableConv2d,
  sequential,
  upSampling2d,
  zeroPadding2d,
} from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of layers of shapes");
const vector = input({ shape: [24] });
const image = input({ shape: [4, 6, 1] });

test(
  "options",
  withoutThreads(() =>
    eachThrows([
      ["no targetShape", () => anyhow.reshape!({}), "E_OPTION", /^reshape\.targetShape: .* got undefined/],
      ["two -1", () => reshape({ targetShape: [-1, -1] }), "E_OPTION", /one may be -1, got \[-1, -1\]/],
      ["an extent 0", () => reshape({ targetShape: [0, 4] }), "E_OPTION", /whole numbers >= 1/],
      ["dims from 0", () => permute({ dims: [0, 1] }), "E_OPTION", /^permute\.dims: .* got \[0, 1\]/],
      ["dims twice", () => permute({ dims: [1, 1] }), "E_OPTION", /each axis once/],
      ["n 0", () => repeatVector({ n: 0 }), "E_OPTION", /^repeatVector\.n: .* got 0/],
      ["padding -1", () => zeroPadding2d({ padding: -1 }), "E_OPTION", /^zeroPadding2d\.padding: .* >= 0/],
      ["padding of three", () => anyhow.zeroPadding2d!({ padding: [1, 2, 3] }), "E_OPTION", /or two of them/],
      ["no cropping", () => anyhow.cropping2d!({}), "E_OPTION", /^cropping2d\.cropping: .* got undefined/],
      ["pairs of pairs", () => anyhow.cropping1d!({ cropping: [[1, 2], 3] }), "E_OPTION", /or two of them/],
      ["size 0", () => upSampling2d({ size: 0 }), "E_OPTION", /^upSampling2d\.size: .* >= 1/],
      ["size of pairs", () => anyhow.upSampling1d!({ size: [2, 2] }), "E_OPTION", /^upSampling1d\.size/],
      [
        "depthMultiplier 0",
        () => depthwiseConv2d({ kernelSize: 3, depthMultiplier: 0 }),
        "E_OPTION",
        /^depthwiseConv2d\.depthMultiplier: .* got 0/,
      ],
      ["no kernelSize", () => anyhow.depthwiseConv2d!({}), "E_OPTION", /^depthwiseConv2d\.kernelSize/],
      ["no filters", () => anyhow.separableConv2d!({ kernelSize: 3 }), "E_OPTION", /^separableConv2d\.filters/],
      [
        "depthwiseInitializer",
        () => anyhow.separableConv2d!({ filters: 2, kernelSize: 3, depthwiseInitializer: "ones of them" }),
        "E_OPTION",
        /^separableConv2d\.depthwiseInitializer: unknown name/,
      ],
    ]),
  ),
);

test(
  "shapes",
  withoutThreads(() =>
    eachThrows([
      [
        "too many values",
        () => sequential([vector, reshape({ targetShape: [5, 5], name: "square" })]),
        "E_SHAPE",
        /^square on input: expected as many values as targetShape has, got 24 of \(B, 24\) for \(B, 5, 5\)\. Let one/,
      ],
      [
        "no whole number",
        () => sequential([vector, reshape({ targetShape: [7, -1] })]),
        "E_SHAPE",
        /^reshape_0 on input: /,
      ],
      [
        "axes",
        () => sequential([image, permute({ dims: [2, 1] })]),
        "E_SHAPE",
        /^permute_0 on input: .* Name all of them/,
      ],
      [
        "an image",
        () => sequential([image, repeatVector({ n: 2 })]),
        "E_SHAPE",
        /^repeatVector_0 on input: .* flatten\(\)/,
      ],
      [
        "a vector",
        () => sequential([vector, zeroPadding2d()]),
        "E_SHAPE",
        /^zeroPadding2d_0 on input: .* Put reshape\(\)/,
      ],
      [
        "images",
        () => sequential([image, cropping1d({ cropping: 1 })]),
        "E_SHAPE",
        /^cropping1d_0 on input: .* sequences/,
      ],
      ["nothing left", () => sequential([image, cropping2d({ cropping: 2 })]), "E_SHAPE", /Cut off less/],
      ["too much", () => sequential([image, upSampling2d({ size: 65536 })]), "E_SHAPE", /at most 16777216 values/],
      [
        "a vector for a convolution",
        () => sequential([vector, depthwiseConv2d({ kernelSize: 3 })]),
        "E_SHAPE",
        /^depthwiseConv2d_0 on input: expected images/,
      ],
      [
        "too many channels",
        () => sequential([input({ shape: [64, 64, 8] }), depthwiseConv2d({ kernelSize: 3, depthMultiplier: 65536 })]),
        "E_SHAPE",
        /at most 16777216 values/,
      ],
      [
        "nothing left of a transposed convolution",
        () => sequential([input({ shape: [1, 2, 1] }), conv2dTranspose({ filters: 1, kernelSize: 2, padding: 1 })]),
        "E_SHAPE",
        /^conv2dTranspose_0 on input: expected something to be left of \(B, 1, 2, 1\), got nothing\. Take less/,
      ],
      [
        "as much more as the stride",
        () => conv2dTranspose({ filters: 1, kernelSize: 2, strides: [3, 1], outputPadding: [2, 1] }),
        "E_OPTION",
        /^conv2dTranspose\.outputPadding: expected a whole number >= 0 and <= 0, got 1/,
      ],
      [
        "too little more",
        () => sequential([image, conv2dTranspose({ filters: 1, kernelSize: 2, padding: "same", outputPadding: 0 })]),
        "E_SHAPE",
        /^conv2dTranspose_0 on input: outputPadding: expected what strides give back, got 0/,
      ],
      [
        "both names of a kernel's option",
        () => depthwiseConv2d({ kernelSize: 2, depthwiseInitializer: "ones", kernelInitializer: "ones" }),
        "E_OPTION",
        /^depthwiseConv2d: expected depthwiseInitializer or kernelInitializer, got both/,
      ],
      [
        "another interpolation",
        () => anyhow.upSampling2d!({ interpolation: "bicubic" }),
        "E_OPTION",
        /^upSampling2d\.interpolation: unknown name "bicubic"\. Known: nearest, bilinear/,
      ],
      ["keepDims 1", () => anyhow.globalMaxPooling2d!({ keepDims: 1 }), "E_OPTION", /keepDims: .* got 1/],
      ["keepdims", () => anyhow.globalAveragePooling1d!({ keepdims: true }), "E_OPTION", /Did you mean "keepDims"/],
      [
        "a short sequence",
        () => sequential([input({ shape: [2, 1] }), conv1d({ filters: 1, kernelSize: 2, dilation: 2 })]),
        "E_SHAPE",
        /^conv1d_0 on input: expected sequences no smaller than a window of 3, got 2 with their padding/,
      ],
      ["poolSize 0", () => maxPooling2d({ poolSize: 0 }), "E_OPTION", /^maxPooling2d\.poolSize: .* got 0/],
      [
        "poolSize of one",
        () => anyhow.maxPooling1d!({ poolSize: [2] }),
        "E_OPTION",
        /^maxPooling1d\.poolSize: .* got \[2\]/,
      ],
      [
        "a pool of zeros alone",
        () => averagePooling2d({ poolSize: [3, 2], padding: 2 }),
        "E_OPTION",
        /^averagePooling2d\.padding: expected less than the window's extent 2, got 2/,
      ],
      [
        "an initializer of one kernel",
        () => anyhow.separableConv2d!({ filters: 2, kernelSize: 3, pointwiseInitializer: "he" }),
        "E_OPTION",
        /^separableConv2d\.pointwiseInitializer: unknown name "he"/,
      ],
      [
        "a penalty of one kernel",
        () => separableConv2d({ filters: 2, kernelSize: 3, depthwiseRegularizer: { l2: -1 } }),
        "E_OPTION",
        /^separableConv2d\.depthwiseRegularizer.* got -1/,
      ],
      [
        "an initializer of both kernels",
        () => anyhow.separableConv2d!({ filters: 2, kernelSize: 3, kernelInitializer: "heNormal" }),
        "E_OPTION",
        /^separableConv2d: unknown option "kernelInitializer"\. Known: .*depthwiseInitializer/,
      ],
      [
        "a small image",
        () => sequential([image, separableConv2d({ filters: 2, kernelSize: 5, name: "sharp" })]),
        "E_SHAPE",
        /^sharp on input: expected images no smaller than a window of 5 x 5/,
      ],
    ]),
  ),
);

test.run();
