import { convolution, type FilterConfig } from "./convolution.js";
import { checkWindow, fieldOf, WINDOW, type WindowConfig } from "./windows.js";

export interface Conv2dConfig extends WindowConfig, FilterConfig {}

/**
 * Convolution of images: `out[y][x] = activation(bias + Σ inp[y * stride + i * dilation][x * stride + j * dilation] · kernel[i][j])`.
 *
 * Shapes   inp (B, height, width, channels) -> out (B, height', width', filters); kernel (kernelHeight, kernelWidth, channels,
 *          filters), bias (filters)
 * Init     kernel Glorot uniform, bias zeros
 * Errors   ShapeError unless examples are images no smaller than a window; OptionError for extents < 1
 * Kernel   assembly/layers/convolution.ts
 * Source   LeCun et al. 1998, section II; Dumoulin & Visin 2016 (extents)
 */
export const conv2d = convolution<Conv2dConfig>({
  options: WINDOW,
  check: (config, who) => checkWindow(config, who),
  field: fieldOf,
  shape: (image) => image,
});
