import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nadam } from "../../src/optimizers/nadam.js";
import { updateTests } from "./updates.js";

interface Setting {
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}
const test = suite("nadam");

const momentum = (beta1: number, t: number) => beta1 * (1 - 0.5 * 0.96 ** (0.004 * t));

/** With powers, and the product taken anew from its definition. */
function hyper({ rate, beta1, beta2, epsilon }: Setting, t: number): number[] {
  const mu = momentum(beta1, t);
  const next = momentum(beta1, t + 1);
  let product = 1;
  for (let s = 1; s <= t; s++) product *= momentum(beta1, s);
  return [
    rate,
    1 / Math.sqrt(1 - beta2 ** t),
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon,
    (1 - mu) / (1 - product),
    next / (1 - product * mu * next),
  ];
}
const settings: Setting[] = [
  { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  { rate: 0.01, beta1: 0, beta2: 0.999, epsilon: 1e-7 },
  { rate: 0.01, beta1: 0.9, beta2: 0, epsilon: 1e-3 },
  { rate: 0.01, beta1: 0.99, beta2: 0.9, epsilon: 1e-15 },
];

updateTests(test, {
  kernel: "nadam_update",
  slots: ["mean", "variance"],
  positive: ["variance"],
  settings,
  hyper,
  step: (w, g, [mean, variance], numbers) => {
    const [rate, root, beta1, rest1, beta2, rest2, epsilon, now, ahead] = Array.from(numbers) as [number, ...number[]];
    const m = beta1! * mean! + rest1! * g;
    const v = beta2! * variance! + rest2! * g * g;
    return { w: w - (rate * (now! * g + ahead! * m)) / (Math.sqrt(v) * root! + epsilon!), slots: [m, v] };
  },
});

test("running products give the numbers of the definition, for thousands of steps", () => {
  for (const { rate, beta1, beta2, epsilon } of settings) {
    const config = { learningRate: rate, beta1, beta2, epsilon };
    const factors = nadam.products!(config);
    let products = new Float64Array(factors.length).fill(1);
    for (let t = 1; t <= 5000; t++) {
      const before = products;
      products = before.map((product, i) => {
        const factor = factors[i]!;
        return product * (typeof factor === "number" ? factor : factor(before));
      });
      if (t > 20 && t % 1000) continue;
      const want = hyper({ rate, beta1, beta2, epsilon }, t);
      nadam.hyper(config, rate, products, t, 0).forEach((got, i) => {
        assert.ok(Math.abs(got - want[i]!) <= 1e-11 * Math.abs(want[i]!), `step ${t}: [${i}] ${got}, want ${want[i]}`);
      });
    }
  }
});

test.run();
