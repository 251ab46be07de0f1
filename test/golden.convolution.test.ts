import { suite } from "uvu";
import * as assert from "uvu/assert";
import { input, sequential } from "../src/index.js";
import type { LayerSpec } from "../src/layers/index.js";
import golden from "./golden/convolution.json";
import { close, NUMERICS, type Tensor } from "./golden.js";

const test = suite("golden convolution");
/** Sums of up to 100 products in float32. */
const TOLERANCE = 1e-5;

type Case = Record<string, unknown> & { name: string; tensors: Record<string, Tensor> };

/** The layer of a case, by the first word of its name. */
const layers: Record<string, (c: Case) => object> = {
  conv2d: ({ kernelSize, strides, padding, dilation, tensors }) => ({
    type: "conv2d",
    ...{ filters: tensors.bias!.shape[0], kernelSize, strides, padding, dilation },
  }),
  conv1d: ({ kernelSize, strides, padding, tensors }) => ({
    type: "conv1d",
    ...{ filters: tensors.bias!.shape[0], kernelSize, strides, padding },
  }),
  maxPool2d: ({ poolSize, strides }) => ({ type: "maxPooling2d", poolSize, strides }),
  averagePool2d: ({ poolSize, strides }) => ({ type: "averagePooling2d", poolSize, strides }),
  globalAveragePool2d: () => ({ type: "globalAveragePooling2d" }),
  depthwiseConv2d: ({ kernelSize, strides, padding, depthMultiplier }) => ({
    type: "depthwiseConv2d",
    ...{ kernelSize, strides, padding, depthMultiplier },
  }),
  conv2dTranspose: ({ kernelSize, strides, padding, tensors }) => ({
    type: "conv2dTranspose",
    ...{ filters: tensors.bias!.shape[0], kernelSize, strides, padding },
  }),
};

for (const numerics of NUMERICS) {
  for (const c of golden.cases as unknown as Case[]) {
    const make = layers[c.name.split(" ")[0]!];
    if (!make) continue;
    test(`${c.name}, output and gradients (${numerics})`, async () => {
      const { x, kernel, bias, output, grad_output, grad_x, grad_kernel, grad_bias } = c.tensors;
      await using model = sequential([input({ shape: x!.shape.slice(1) }), make(c) as LayerSpec]);
      model.compile({ optimizer: "sgd", numerics, workers: 2 });
      if (kernel) await model.setWeights([kernel, bias!]);
      const { data, shape } = await model.predict(x!);
      assert.equal(shape, output!.shape);
      close(data, output!.data, TOLERANCE, "output");
      const gradients = await model.backward(x!, grad_output!);
      assert.equal(gradients.input.shape, grad_x!.shape);
      close(gradients.input.data, grad_x!.data, TOLERANCE, "input gradient");
      for (const [i, want] of [grad_kernel, grad_bias].entries()) {
        if (!want) continue;
        assert.equal(gradients.weights[i]!.shape, want.shape);
        close(gradients.weights[i]!.data, want.data, TOLERANCE, `gradient ${i}`);
      }
    });
  }
}

test.run();
