import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flatten, gru, input, lstm, sequential, sgd, simpleRnn } from "../src/index.js";
import golden from "./golden/recurrent_states.json";
import { close, NUMERICS, type Tensor } from "./golden.js";
import { kernelBuilds } from "./kernelbuilds.js";
import { CELLS, sizes } from "./layers/sequences.js";
import { matrix, panels, stride } from "./oracle.js";

const test = suite("golden recurrent layers that begin with states");
/** Sums over 12 steps of 3 sequences in float32. */
const TOLERANCE = 1e-5;
/** Too small to change a weight. */
const STILL = 1e-35;

const layers = { simpleRnn, lstm, gru };
const WEIGHTS = ["kernel", "recurrent", "bias", "recurrentBias"] as const;
const cases = golden.cases as unknown as { name: keyof typeof layers; tensors: Record<string, Tensor> }[];

for (const { name, tensors } of cases) {
  const { before, x, output, grad_output: dout, grad_x: dinp } = tensors as Record<string, Tensor>;
  const [rows, steps, units] = output!.shape as [number, number, number];

  for (const numerics of NUMERICS) {
    test(`${name}, stateful: outputs, and gradients of a second batch (${numerics})`, async () => {
      const names = WEIGHTS.filter((weight) => tensors[weight]);
      await using model = sequential([
        input({ shape: x!.shape.slice(1) }),
        layers[name]({ units, returnSequences: true, stateful: true }),
        flatten(),
      ]);
      model.compile({ optimizer: sgd({ learningRate: STILL }), loss: "meanSquaredError", numerics, workers: 2 });
      await model.setWeights(names.map((weight) => tensors[weight]!));
      await model.predict(before!);
      close((await model.predict(x!)).data, output!.data, TOLERANCE, "output");
      await model.trainOnBatch(before!, { data: new Float32Array(rows * steps * units), shape: [rows, steps * units] });
      const gradients = await model.backward(x!, { ...dout!, shape: [rows, steps * units] });
      close(gradients.input.data, dinp!.data, TOLERANCE, "input gradient");
      for (const [i, weight] of names.entries()) {
        close(gradients.weights[i]!.data, tensors[`grad_${weight}`]!.data, TOLERANCE, weight);
      }
    });
  }

  /** The kernels alone, which take first states from anywhere. */
  test(`${name}, kernels: outputs, and gradients by the first states`, () => {
    const c = { cell: name === "simpleRnn" ? "tanh" : name, B: rows, steps, U: units } as const;
    const { columns, width, products, states, gates, S } = sizes(c);
    const { kernel, recurrent, bias, recurrentBias, h0, c0 } = tensors;
    const channels = x!.shape[2]!;
    const row = stride(steps * units);
    const sums = new Float32Array(rows * gates);
    for (let b = 0; b < rows; b++)
      for (let k = 0; k < steps; k++)
        for (let j = 0; j < columns; j++) {
          let sum = bias!.data[j]!;
          for (let i = 0; i < channels; i++)
            sum += x!.data[(b * steps + k) * channels + i]! * kernel!.data[i * columns + j]!;
          sums[b * gates + k * width + j] = sum;
        }
    const inRows = ({ data }: Tensor, size: number) => matrix(rows, size, (b, i) => data[b * size + i]!);
    const data: Record<string, Float32Array> = {
      out: new Float32Array(rows * row),
      states: new Float32Array(rows * states),
      gates: sums,
      products: new Float32Array(rows * products),
      weight: panels(units, columns, (u, j) => recurrent!.data[u * columns + j]!),
      weightTransposed: panels(columns, units, (j, u) => recurrent!.data[u * columns + j]!),
      dout: inRows(dout!, steps * units),
      carry: new Float32Array(rows * 3 * S),
      h0: inRows(h0!, units),
      dh0: new Float32Array(rows * S),
      ...(c0 ? { c0: inRows(c0, units), dc0: new Float32Array(rows * S) } : {}),
      ...(recurrentBias ? { bias: matrix(1, columns, (_, j) => recurrentBias.data[j]!) } : {}),
    };
    for (const { kernels, memory, base, name: build } of kernelBuilds()) {
      let end = base;
      const places = new Map<string, number>();
      for (const [key, values] of Object.entries(data)) {
        new Float32Array(memory.buffer).set(values, end >> 2);
        places.set(key, end);
        end = (end + values.byteLength + 79) & ~15;
      }
      const at = (key: string) => places.get(key) ?? 0;
      const rest = [CELLS.indexOf(c.cell), steps, units, units, 0, row, states, gates, products, 0] as const;
      const four = [at("out"), at("states"), at("gates"), at("products")] as const;
      kernels.recurrent_forward(...four, at("weight"), at("bias"), 0, at("h0"), at("c0"), ...rest, S, 0, rows);
      const [, read, ...worked] = four;
      const [first, second] = worked;
      const sources = [at("carry"), at("dout"), read, at("weightTransposed"), 0, at("dh0"), at("dc0")] as const;
      kernels.recurrent_backward(first, second, ...sources, ...rest, 3 * S, S, 0, rows);
      const found = (key: string, width: number, length: number) => {
        const values = new Float32Array(memory.buffer, at(key), rows * length);
        return Array.from({ length: rows * width }, (_, i) => values[Math.floor(i / width) * length + (i % width)]!);
      };
      close(found("out", steps * units, row), output!.data, TOLERANCE, `${build} output`);
      close(found("dh0", units, S), tensors.grad_h0!.data, TOLERANCE, `${build} h0`);
      if (c0) close(found("dc0", units, S), tensors.grad_c0!.data, TOLERANCE, `${build} c0`);
    }
    assert.is(c0 !== undefined, name === "lstm");
  });
}

test.run();
