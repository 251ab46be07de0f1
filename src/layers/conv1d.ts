import { convolution, type FilterConfig } from "./convolution.js";
import { checkSequence } from "./recurrence.js";
import { checkWindow, fieldOf, WINDOW, type WindowConfig } from "./windows.js";

export interface Conv1dConfig extends FilterConfig {
  /** Steps of a window. */
  kernelSize: number;
  /** Default 1. */
  strides?: number;
  /** As in conv2d; `causal` puts all of it before the first step, so that no output sees a later input. Default valid. */
  padding?: "same" | "valid" | "causal" | number;
  /** Default 1. */
  dilation?: number;
}

/** As windows of an image of one line. */
const flat = ({ kernelSize, strides = 1, padding = "valid", dilation = 1 }: Conv1dConfig): WindowConfig => ({
  kernelSize: [1, kernelSize],
  strides: [1, strides],
  padding: typeof padding === "number" ? [0, padding] : padding,
  dilation: [1, dilation],
});

/**
 * Convolution of sequences: `out[t] = activation(bias + Σ inp[t * stride + j * dilation] · kernel[j])`.
 *
 * Shapes   inp (B, steps, channels) -> out (B, steps', filters); kernel (kernelSize, channels, filters), bias (filters)
 * Init     kernel Glorot uniform, bias zeros
 * Errors   ShapeError unless examples are sequences no shorter than a window; OptionError for extents < 1
 * Kernel   assembly/layers/convolution.ts
 * Source   Waibel et al. 1989 (time delays); van den Oord et al. 2016, section 2.1 (causal)
 */
export const conv1d = convolution<Conv1dConfig>({
  options: WINDOW,
  check: (config, who) => checkWindow(flat(config), who, true),
  field(config, inp, who) {
    checkSequence(inp, who);
    return fieldOf(flat(config), [1, ...inp], who, "sequences");
  },
  shape: (image) => image.slice(1),
});
