// Layers that change images and tables in training, through the public API.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  columnDropout,
  cutout,
  dense,
  flatten,
  input,
  type ModelSpec,
  randomCrop,
  randomFlip,
  randomTranslation,
  sequential,
  sgd,
} from "../../src/index.js";
import { close, labelsOf, rowsOf } from "../model/reference.js";

const test = suite("augmentations");

type Layer = Exclude<ModelSpec["layers"][number], { type: "input" }>;
const [HEIGHT, WIDTH, CHANNELS] = [5, 6, 2];
const SIZE = HEIGHT * WIDTH * CHANNELS;
const layers: Record<string, Layer> = {
  "translation, reflect": randomTranslation({ heightFactor: 0.4, widthFactor: 0.5 }),
  "translation, wrap": randomTranslation({ heightFactor: 1, widthFactor: 0, fillMode: "wrap" }),
  "translation, nearest": randomTranslation({ heightFactor: 0.2, widthFactor: 0.2, fillMode: "nearest" }),
  "translation, constant": randomTranslation({
    ...{ heightFactor: 0.2, widthFactor: 0.4 },
    ...{ fillMode: "constant", fillValue: 0.5 },
  }),
  flip: randomFlip(),
  crop: randomCrop({ height: 3, width: 4 }),
  cutout: cutout({ size: 3, fillValue: 0.25 }),
  columnDropout: columnDropout({ rate: 0.5 }),
};
const images = (rows: number, seed = 1) => ({
  data: Float32Array.from(rowsOf(rows, SIZE, seed).flat()),
  shape: [rows, HEIGHT, WIDTH, CHANNELS],
});

function classifier(layer: Layer, more: object = {}, shape = [HEIGHT, WIDTH, CHANNELS]) {
  const model = sequential([
    input({ shape }),
    layer,
    flatten(),
    dense({ units: 9, activation: "tanh" }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", seed: 3, workers: 1, ...more });
  return model;
}

for (const [name, layer] of Object.entries(layers)) {
  test(`${name}: the same bits for 1 to 4 workers`, async () => {
    const data = images(23);
    const labels = labelsOf(23, 3);
    const train = async (workers: number) => {
      await using model = classifier(layer, { workers, numerics: "strict" });
      const run = await model.fit(data, labels, { epochs: 2, batchSize: 6, validationSplit: 0.2 });
      assert.is(run.workers, workers);
      return run.fingerprint;
    };
    const alone = await train(1);
    for (const workers of [2, 3, 4]) assert.is(await train(workers), alone, `${workers} workers`);
  });

  test(`${name}: gradients are the slope of the loss, places being the same`, async () => {
    await using model = classifier(layer, { workers: 2 });
    const x = images(4, 3);
    const labels = labelsOf(4, 3, 3);
    const { loss, input: slopes } = await model.gradients(x, labels);
    assert.is((await model.gradients(x, labels)).loss, loss, "nothing is drawn anew");
    const calm = await model.gradients(x, labels, { training: false });
    assert.not.equal(calm.loss, loss);
    const h = 2 ** -6;
    for (const [training, wanted] of [
      [true, slopes.data],
      [false, calm.input.data],
    ] as const) {
      let live = 0;
      for (let i = 5; i < 4 * SIZE; i += 41) {
        const at = async (shift: number) => {
          const data = Float32Array.from(x.data);
          data[i]! += shift;
          return (await model.gradients({ ...x, data }, labels, { training })).loss;
        };
        const slope = ((await at(h)) - (await at(-h))) / (2 * h);
        close([wanted[i]!], [slope], 1e-3, `input[${i}]`);
        if (Math.abs(slope) > 1e-3) live++;
      }
      assert.ok(live > 1, "some of the slopes are far from zero");
    }
  });
}

/** An example as a layer gives it in training: the gradient by the kernel behind it. Another seed, another place. */
async function drawn(layer: Layer, image: number[], shape: number[], seed: number): Promise<number[]> {
  await using model = sequential([input({ shape }), layer, flatten(), dense({ units: 1, useBias: false })]);
  model.compile({ optimizer: sgd(), seed, workers: 1 });
  const x = { data: Float32Array.from(image), shape: [1, ...shape] };
  return [...(await model.backward(x, [[1]], { training: true })).weights[0]!.data];
}

test("an image of nine pixels is moved, flipped, cut and covered", async () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const shape = [3, 3, 1];
  const kinds = async (layer: Layer) => {
    const all = new Set<string>();
    for (let seed = 0; seed < 24; seed++) all.add((await drawn(layer, image, shape, seed)).join(""));
    return all;
  };
  const flips = await kinds(randomFlip({ mode: "horizontal" }));
  assert.equal([...flips].sort(), ["123456789", "321654987"]);
  assert.equal([...(await kinds(randomFlip({ mode: "vertical" })))].sort(), ["123456789", "789456123"]);
  assert.equal((await kinds(randomFlip())).size, 4);
  const down = await kinds(randomTranslation({ heightFactor: 1 / 3, widthFactor: 0, fillMode: "constant" }));
  assert.equal([...down].sort(), ["000123456", "123456789", "456789000"]);
  const around = await kinds(randomTranslation({ heightFactor: 0, widthFactor: 1 / 3, fillMode: "wrap" }));
  assert.equal([...around].sort(), ["123456789", "231564897", "312645978"]);
  assert.equal([...(await kinds(randomCrop({ height: 2, width: 2 })))].sort(), ["1245", "2356", "4578", "5689"]);
  const covered = await kinds(cutout({ size: 1 }));
  assert.ok(covered.size > 4);
  for (const values of covered) assert.match(values, /^1?0?2?0?3?0?4?0?5?0?6?0?7?0?8?0?9?0?$/);
});

test("in use nothing changes, and a crop is the middle", async () => {
  const image = Array.from({ length: SIZE }, (_, i) => i);
  const shape = [HEIGHT, WIDTH, CHANNELS];
  for (const [name, layer] of Object.entries(layers)) {
    await using model = sequential([input({ shape }), layer, flatten()]);
    const { data } = await model.predict({ data: Float32Array.from([...image, ...image]), shape: [2, ...shape] });
    const middle = image.filter((i) => {
      const [y, x] = [Math.floor(i / CHANNELS / WIDTH), Math.floor(i / CHANNELS) % WIDTH];
      return y >= 1 && y < 4 && x >= 1 && x < 5;
    });
    assert.equal([...data], name === "crop" ? [...middle, ...middle] : [...image, ...image], name);
  }
});

test("columns are dropped from all rows of a batch, and others in the next one", async () => {
  const columns = 40;
  await using model = sequential([input({ shape: [columns] }), columnDropout({ rate: 0.25 }), dense({ units: 3 })]);
  model.compile({ optimizer: sgd({ learningRate: 1e-9 }), loss: "meanSquaredError", seed: 6, workers: 2 });
  const ones = new Float32Array(5 * columns).fill(1);
  const targets = new Float32Array(15);
  const masks = [];
  for (let step = 0; step < 2; step++) {
    // Row r hands its values to the kernel's column r alone.
    const outputs = [0, 1, 2, 0, 0].map((unit, row) => [0, 1, 2].map((u) => (u === unit && row < 3 ? 1 : 0)));
    const { weights } = await model.backward(ones, outputs, { training: true });
    const rows = [0, 1, 2].map((row) => Array.from({ length: columns }, (_, c) => weights[0]!.data[c * 3 + row]!));
    assert.equal(rows[1], rows[0]);
    assert.equal(rows[2], rows[0]);
    const live = rows[0]!.filter((v) => v !== 0);
    assert.ok(live.length > 20 && live.length < columns, `${live.length}`);
    assert.ok(live.every((v) => Math.abs(v * 0.75 - 1) < 1e-6));
    masks.push(rows[0]);
    await model.trainOnBatch(ones, targets);
  }
  assert.not.equal(masks[1], masks[0]);
});

test.run();
