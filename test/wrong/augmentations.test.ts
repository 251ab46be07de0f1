import { suite } from "uvu";
import {
  columnDropout,
  cutout,
  input,
  randomCrop,
  randomFlip,
  randomTranslation,
  sequential,
} from "../../src/index.js";
import { anyhow, eachThrows, withoutThreads } from "./wrong.js";

const test = suite("wrong options of augmentations");

const image = input({ shape: [8, 6, 1] });
const both = { heightFactor: 0.2, widthFactor: 0.2 };

test(
  "augmentations",
  withoutThreads(() =>
    eachThrows([
      ["no factors", () => anyhow.randomTranslation!({}), "E_OPTION", /heightFactor: .* got undefined/],
      [
        "a factor of pixels",
        () => randomTranslation({ ...both, widthFactor: 2 }),
        "E_OPTION",
        /^randomTranslation\.widthFactor: expected a number >= 0 and <= 1, got 2\.$/,
      ],
      ["a fill mode", () => anyhow.randomTranslation!({ ...both, fillMode: "mirror" }), "E_OPTION", /Known: constant/],
      ["a fill value", () => randomTranslation({ ...both, fillValue: Number.NaN }), "E_OPTION", /got NaN/],
      [
        "less than half a pixel",
        () => sequential([image, randomTranslation({ heightFactor: 0.05, widthFactor: 0.5 })]),
        "E_OPTION",
        /_0 on input: heightFactor: expected 0 or at least half a pixel, 0\.0625 of 8, got 0\.05\. Take 0\.125 for one pixel\.$/,
      ],
      ["a mode of flips", () => anyhow.randomFlip!({ mode: "both" }), "E_OPTION", /Known: vertical, horizontal/],
      ["a number as options", () => anyhow.randomFlip!(1), "E_OPTION", /an object of options \(mode, name\)/],
      ["a crop of no height", () => randomCrop({ height: 0, width: 2 }), "E_OPTION", />= 1 .*got 0\.$/],
      ["a crop without a width", () => anyhow.randomCrop!({ height: 2 }), "E_OPTION", /width: .* got undefined/],
      [
        "a crop of more than there is",
        () => sequential([image, randomCrop({ height: 2, width: 7 })]),
        "E_SHAPE",
        /expected images of at least 2 x 7 pixels, got 8 x 6\. Cut out a smaller part\.$/,
      ],
      ["a square of no size", () => cutout({ size: 0 }), "E_OPTION", /^cutout\.size: .* got 0\.$/],
      ["a square too large", () => sequential([image, cutout({ size: 7 })]), "E_OPTION", /<= 6, got 7\.$/],
      ["a rate of columns", () => columnDropout({ rate: 1 }), "E_OPTION", /^columnDropout\.rate: .* got 1\.$/],
      ...[randomTranslation(both), randomFlip(), randomCrop({ height: 1, width: 1 }), cutout({ size: 1 })].map(
        (layer) =>
          [
            `${layer.type} on vectors`,
            () => sequential([input({ shape: [48] }), layer]),
            "E_SHAPE",
            /expected images \(B, height, width, channels\), got \(B, 48\)\. Name the extents/,
          ] as const,
      ),
    ]),
  ),
);

test.run();
