import { suite } from "uvu";
import * as assert from "uvu/assert";
import { normalQuantile, normals, truncatedNormals } from "../../src/initializers/normals.js";
import { uniforms } from "../../src/random.js";
import { erfc } from "../erf.js";

const test = suite("normal random numbers");

/** The chance that a standard normal number is below z. */
const below = (z: number) => 0.5 * erfc(-z / Math.SQRT2);
const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

test("the quantile undoes the distribution function", () => {
  for (let i = 1; i < 4000; i++) {
    // As far out as 2^-25, where the last interval has its middle.
    const tail = i <= 25 ? 2 ** -i : i / 8000;
    for (const q of [0.5 - tail, tail - 0.5]) {
      const z = normalQuantile(q);
      // From the side where the chance is small, and by Newton's step.
      const error = (below(-Math.abs(z)) - tail) / density(z);
      assert.ok(Math.abs(error) <= 1e-13 * Math.max(1, Math.abs(z)), `quantile(${q}) is ${z}, off by ${error}`);
    }
  }
});

test("known quantiles, and the two sides are each other's opposites", () => {
  assert.is(normalQuantile(0), 0);
  assert.ok(Math.abs(normalQuantile(0.475) - 1.959963984540054) < 1e-14);
  assert.ok(Math.abs(normalQuantile(0.25) - 0.6744897501960817) < 1e-14);
  for (const q of [0.1, 0.3, 0.425, 0.4250001, 0.49, 0.4999]) assert.is(normalQuantile(-q), -normalQuantile(q));
});

test("each number is made of the uniform number of its index, and none is 0", () => {
  const uniform: number[] = [];
  uniforms(3, 4, 0, 1001, (u) => uniform.push(u));
  for (const [draw, share] of [
    [normals, 1],
    [truncatedNormals, 1 - 2 * below(-2)],
  ] as const) {
    draw(3, 4, 1001, (z, i) => {
      const want = (uniform[i]! + 2 ** -25 - 0.5) * share;
      assert.ok(Math.abs(below(z) - 0.5 - want) < 1e-14, `${i}: ${z}`);
      assert.is.not(z, 0);
    });
  }
});

test("the outermost numbers", () => {
  const edge = 0.5 - 2 ** -25;
  assert.ok(Math.abs(normalQuantile(edge) - 5.419983) < 1e-5, `${normalQuantile(edge)}`);
  assert.ok(normalQuantile(edge * (1 - 2 * below(-2))) < 2);
});

test.run();
