import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dense, input, type Model, OptionError, ShapeError, sequential, type TensorInput } from "../src/index.js";

const test = suite("weights");

const model = () => sequential([input({ shape: [3] }), dense({ units: 2, name: "top" })]);
const kernel = [1, 2, 3, 4, 5, 6];
const bias = [7, 8];
const dataOf = async (model: Model) => (await model.getWeights()).map(({ data }) => [...data]);

test("are set by name, or in layer order, from arrays of any kind", async () => {
  const forms: TensorInput[][] = [
    [
      { name: "top.bias", shape: [2], data: bias },
      { name: "top.kernel", shape: [3, 2], data: kernel },
    ],
    [{ data: Float64Array.from(kernel) }, { data: Float32Array.from(bias) }],
    [
      { shape: [3, 2], data: kernel },
      { shape: [1, 2], data: bias },
    ],
  ];
  for (const form of forms) {
    await using some = model();
    await some.setWeights(form);
    assert.equal(await dataOf(some), [kernel, bias]);
    await some.setWeights([{ name: "top.bias", data: [0, 0] }]);
    assert.equal(await dataOf(some), [kernel, [0, 0]]);
    await some.setWeights(await some.getWeights());
    assert.equal(await dataOf(some), [kernel, [0, 0]]);
  }
});

test("of other names, shapes or forms throw and change nothing", async () => {
  await using some = model();
  const before = await dataOf(some);
  const wrong: [list: unknown, kind: typeof OptionError | typeof ShapeError, text: RegExp][] = [
    [[{ name: "top.kernle", data: kernel }], OptionError, /unknown weights "top.kernle".* top\.kernel, top\.bias/],
    [[{ data: kernel }, { data: bias }, { data: bias }], OptionError, /unknown weights "number 2"/],
    [[{ data: bias }], ShapeError, /expected 6 values for top\.kernel \(3, 2\), got 2/],
    [[{ shape: [2, 3], data: kernel }], ShapeError, /expected 6 values for top\.kernel \(3, 2\), got 6 \(2, 3\)/],
    [[kernel, bias], OptionError, /expected a list of/],
    [{ data: kernel }, OptionError, /expected a list of/],
    [[null], OptionError, /expected a list of/],
  ];
  for (const [list, kind, text] of wrong) {
    const error = await some.setWeights(list as TensorInput[]).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.instance(error, kind);
    assert.match((error as Error).message, text);
  }
  assert.equal(await dataOf(some), before);
});

test.run();
