import { stride, type Tensor } from "../arena.js";
import { integer } from "../check.js";
import { reads, step, withFlops, writes } from "../kernels.js";
import { convolution, type FilterConfig } from "./convolution.js";
import { type LayerDefinition, type Shape, sizeOf } from "./layer.js";
import {
  isByGroups,
  isListed,
  listScratch,
  sparseBackwardInput,
  sparseBackwardKernel,
  sparseForward,
} from "./sparse.js";
import { checkWeighted, WEIGHTED, type WeightedConfig, weighted } from "./weighted.js";
import { fieldOf } from "./windows.js";

export interface DenseConfig extends WeightedConfig {
  units: number;
}

/** More than one vector an example: pixels of an image of one line, which windows of one pixel look at. */
const along = () =>
  convolution<FilterConfig>({
    options: [],
    check() {},
    field: (_, inp, who) => fieldOf({ kernelSize: 1 }, [1, sizeOf(inp.slice(0, -1)), inp.at(-1)!], who),
    shape: (image) => image,
  });
const filters = <Config extends DenseConfig>(config: Config) => ({ ...config, filters: config.units });
const isVector = (inp: Shape) => inp.length === 1;

/**
 * Fully connected layer: `out = activation(inp · kernel + bias)`, on the last axis.
 *
 * Shapes   inp (B, ..., I) -> out (B, ..., units); kernel (I, units), bias (units)
 * Init     kernel Glorot uniform, bias zeros
 * Errors   OptionError for units < 1
 * Kernel   assembly/layers/dense.ts, and assembly/layers/sparse.ts where rows are not short; assembly/layers/convolution.ts where
 *          an example has more than one vector
 * Source   Glorot & Bengio 2010 (init)
 */
export const dense: LayerDefinition<DenseConfig> = {
  options: ["units", ...WEIGHTED],
  stepwise: true,
  check(config, who) {
    integer(config.units, `${who}.units`, { min: 1, max: 16777216 });
    checkWeighted(config, who);
  },
  output: ({ units }, inp) => [...inp.slice(0, -1), units],
  parameters: (config, inp) => weighted(config, [inp.at(-1)!, config.units], config.units),
  derived: (config, inp) =>
    isVector(inp)
      ? { kernelTransposed: stride(inp[0]!) * stride(config.units) }
      : along().derived!(filters(config), inp),
  scratch(config, inp, batch, out) {
    if (!isVector(inp)) return along().scratch!(filters(config), inp, batch, out);
    return listScratch(inp[0]!, config.units, batch);
  },
  readsAll: ({ units }, inp, team) => isVector(inp) && isByGroups(team, inp[0]!, units),
  readsLists: ({ units }, inp) => (isVector(inp) && isListed(inp[0]!) ? units : 0),
  forward(config, context) {
    if (!isVector(context.inpShape)) return along().forward(filters(config), context);
    const { units, useBias = true } = config;
    const { batch, inp, out, parameter } = context;
    const bias = useBias ? reads(parameter("bias")) : 0;
    const product = () =>
      step(
        "dense_forward",
        batch,
        ...([writes(out), reads(inp), reads(parameter("kernel")), bias] as const),
        ...([inp.width, units, out.stride, inp.stride] as const),
      );
    return [withFlops(2 * batch.extent * inp.width * units, sparseForward(context, bias) ?? product())];
  },
  backward(config, context) {
    if (!isVector(context.inpShape)) return along().backward(filters(config), context);
    const { units, useBias = true } = config;
    const { batch, rows, inp, dinp, dout, gradient, split, derived } = context;
    const flops = 2 * rows * inp.width * units;
    const below = (dinp: Tensor) =>
      step(
        "dense_backward_input",
        batch,
        ...([writes(dinp), reads(dout), reads(derived("kernelTransposed"))] as const),
        ...([inp.width, units, dinp.stride, dout.stride] as const),
      );
    const kernel = () =>
      step(
        "dense_backward_kernel",
        split("kernel"),
        ...([writes(gradient("kernel")), reads(inp), reads(dout)] as const),
        ...([rows, inp.width, inp.stride, dout.stride] as const),
      );
    const bias = () =>
      step("dense_backward_bias", split("bias"), writes(gradient("bias")), reads(dout), rows, dout.stride);
    return [
      ...(dinp ? [withFlops(flops, sparseBackwardInput(context) ?? below(dinp))] : []),
      withFlops(flops, sparseBackwardKernel(context) ?? kernel()),
      ...(useBias ? [bias()] : []),
    ];
  },
  refresh(config, context, inp) {
    if (!isVector(inp)) return along().refresh!(filters(config), context, inp);
    const { parameter, derived, split } = context;
    const sizes = [inp[0]!, config.units] as const;
    return [
      step(
        "dense_transpose",
        split("kernel"),
        writes(derived("kernelTransposed")),
        reads(parameter("kernel")),
        ...sizes,
      ),
    ];
  },
  multiplyAdds: ({ units }, inp) => sizeOf(inp) * units,
};
