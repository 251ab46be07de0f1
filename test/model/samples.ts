// One of each layer that takes a single input, or several where they go different ways, with the shape of an example for it. Widths are
// no multiples of 8, so that something lies behind a row's values.
import { type LayerSpec, layers } from "../../src/layers/index.js";
import type { LayerDefinition } from "../../src/layers/layer.js";

const vector = [11];
const steps = [5, 6];
const image = [5, 5, 3];
const lstm = { type: "lstm", units: 4 };

const samples: readonly [layer: { readonly type: keyof typeof layers; [option: string]: unknown }, shape: number[]][] =
  [
    [{ type: "dense", units: 5 }, vector],
    [{ type: "dense", units: 45, activation: "softplus", activityRegularizer: { l1: 0.1, l2: 0.2 } }, [43]],
    [{ type: "dense", units: 5, activation: "sigmoid", activityRegularizer: { l1: 0.1, l2: 0.2 } }, steps],
    [{ type: "dropout", rate: 0.3 }, vector],
    [{ type: "activation", activation: "tanh" }, image],
    [{ type: "activation", activation: "softmax" }, vector],
    [{ type: "activation", activation: "logSoftmax" }, steps],
    [{ type: "flatten" }, image],
    [{ type: "rescaling", scale: 2, offset: 1 }, vector],
    [{ type: "gaussianNoise", stddev: 0.3 }, vector],
    [{ type: "gaussianDropout", rate: 0.3 }, vector],
    [{ type: "alphaDropout", rate: 0.3 }, vector],
    [{ type: "spatialDropout", rate: 0.3 }, image],
    [{ type: "modalityDropout", rate: 0.3 }, vector],
    [{ type: "columnDropout", rate: 0.3 }, vector],
    [{ type: "randomTranslation", heightFactor: 0.3, widthFactor: 0.3 }, image],
    [{ type: "randomFlip" }, image],
    [{ type: "randomCrop", height: 4, width: 3 }, image],
    [{ type: "cutout", size: 2 }, image],
    [{ type: "normalization", mean: [1, 0, 0.5], variance: [1, 4, 2] }, [3]],
    [{ type: "activityRegularization", l1: 0.1, l2: 0.2 }, image],
    [{ type: "conv2d", filters: 3, kernelSize: 3 }, image],
    [{ type: "conv2d", filters: 3, kernelSize: 2, padding: "same", activation: "relu" }, image],
    [{ type: "conv2dTranspose", filters: 3, kernelSize: 3, strides: 2 }, image],
    [{ type: "depthwiseConv2d", kernelSize: 3 }, image],
    [{ type: "separableConv2d", filters: 3, kernelSize: 3 }, image],
    [{ type: "conv1d", filters: 3, kernelSize: 2, padding: "causal" }, steps],
    [{ type: "maxPooling2d", poolSize: 2 }, image],
    [{ type: "averagePooling2d", poolSize: 2 }, image],
    [{ type: "maxPooling1d", poolSize: 2 }, steps],
    [{ type: "averagePooling1d", poolSize: 2 }, steps],
    [{ type: "globalAveragePooling2d" }, image],
    [{ type: "globalMaxPooling2d" }, image],
    [{ type: "globalAveragePooling1d" }, steps],
    [{ type: "globalMaxPooling1d" }, steps],
    [{ type: "simpleRnn", units: 4 }, steps],
    [{ ...lstm, type: "lstm", activityRegularizer: { l1: 0.1 } }, steps],
    [{ type: "gru", units: 4, returnSequences: true }, steps],
    [{ type: "bidirectional", layer: lstm }, steps],
    [{ type: "timeDistributed", layer: { type: "conv2dTranspose", filters: 2, kernelSize: 2 } }, [3, 4, 4, 1]],
    [{ type: "embedding", inputDim: 2, outputDim: 3 }, [5]],
    [{ type: "masking" }, steps],
    [{ type: "multiHeadAttention", heads: 2 }, steps],
    [{ type: "positionEmbedding" }, steps],
    [{ type: "reshape", targetShape: [2, 3] }, [6]],
    [{ type: "permute", dims: [2, 1] }, steps],
    [{ type: "repeatVector", n: 3 }, vector],
    [{ type: "zeroPadding2d", padding: 1 }, image],
    [{ type: "cropping2d", cropping: 1 }, image],
    [{ type: "upSampling2d", size: 2 }, image],
    [{ type: "upSampling2d", size: 2, interpolation: "bilinear" }, image],
    [{ type: "zeroPadding1d", padding: 1 }, steps],
    [{ type: "cropping1d", cropping: 1 }, steps],
    [{ type: "upSampling1d", size: 2 }, steps],
    [{ type: "layerNormalization" }, vector],
    [{ type: "rmsNormalization" }, steps],
    [{ type: "groupNormalization", groups: 3 }, image],
    [{ type: "batchNormalization" }, image],
  ];

export interface Sample {
  readonly name: string;
  readonly layer: LayerSpec;
  readonly definition: LayerDefinition<object>;
  readonly shape: readonly number[];
}
export const SAMPLES: readonly Sample[] = samples.map(([layer, shape]) => ({
  name: `${layer.type} of ${shape}`,
  layer: layer as unknown as LayerSpec,
  definition: layers[layer.type] as LayerDefinition<object>,
  shape,
}));
