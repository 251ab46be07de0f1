import { suite } from "uvu";
import * as assert from "uvu/assert";
import { draw, moments } from "./draws.js";

const test = suite("orthogonal initializer");

const SHAPES = [[1, 1], [1, 9], [9, 1], [2, 2], [8, 8], [64, 64], [128, 40], [40, 128], [3, 3, 4, 20], [2, 50], [7]];

for (const shape of SHAPES) {
  for (const gain of [1, 1.5]) {
    test(`(${shape}), gain ${gain}: vectors of the shorter side are orthogonal, of length gain`, () => {
      const values = draw({ type: "orthogonal", gain }, shape);
      const columns = shape.at(-1)!;
      const rows = values.length / columns;
      const byRow = rows < columns;
      const [count, length] = byRow ? [rows, columns] : [columns, rows];
      const at = (vector: number, i: number) => values[byRow ? vector * columns + i : i * columns + vector]!;
      for (let a = 0; a < count; a++) {
        for (let b = 0; b <= a; b++) {
          let product = 0;
          for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
          const want = a === b ? gain * gain : 0;
          assert.ok(Math.abs(product - want) <= 1e-6, `${a} · ${b} = ${product}, want ${want}`);
        }
      }
    });
  }
}

test("gain scales, bit for bit where it is a power of two", () => {
  const one = draw("orthogonal", [6, 5]);
  assert.equal([...draw({ type: "orthogonal", gain: 4 }, [6, 5])], [...one.map((x) => 4 * x)]);
});

test("every orthogonal matrix is as likely as any other", () => {
  const COUNT = 4000;
  const made = Array.from({ length: COUNT }, (_, seed) => draw("orthogonal", [2, 2], seed));
  for (const i of [0, 1, 2, 3]) {
    // A coordinate of a point on the circle: mean 0, mean square 1/2, kurtosis 1.5. Five standard errors each.
    const { mean, variance, kurtosis } = moments(made.map((values) => values[i]!));
    assert.ok(Math.abs(mean) < (5 * Math.SQRT1_2) / Math.sqrt(COUNT), `mean ${mean}`);
    assert.ok(Math.abs(variance - 0.5) < 5 * Math.sqrt(0.125 / COUNT), `variance ${variance}`);
    assert.ok(Math.abs(kurtosis - 1.5) < 0.1, `kurtosis ${kurtosis}`);
  }
  const turns = made.filter(([a, b, c, d]) => a! * d! - b! * c! > 0).length / COUNT;
  assert.ok(Math.abs(turns - 0.5) < 5 * Math.sqrt(0.25 / COUNT), `${turns} are rotations`);
});

test.run();
