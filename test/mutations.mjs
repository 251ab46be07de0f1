// One line of a kernel each: the file below assembly/, a text that it holds exactly once, and what stands there instead.
// `suites` names the suites that should see it first, where they are not the one named like the file.
const row = (file, find, replace, ...suites) => ({
  file: `${file}.ts`,
  find,
  replace,
  ...(suites.length ? { suites: suites.map((suite) => `${suite}.test.ts`) } : {}),
});

const [one, zero] = ["f32x4.splat(1)", "f32x4.splat(0)"];

export const mutations = [
  row("core/gemm", "a += 6 * a_row;", "a += 5 * a_row;", "layers/dense"),
  row("core/gemm_strided", "a += 6 * a_row;", "a += 5 * a_row;", "layers/dense"),
  row("core/simd", "v128.load(bias, 16), f32x4.splat(0))", "v128.load(bias), f32x4.splat(0))", "layers/dense"),
  row("core/simd", "f32x4.add(v128.load(bias), f32x4.splat(0))", "v128.load(bias)", "layers/sparse"),
  row("core/simd", "return i32x4.lt_s(", "return i32x4.le_s(", "losses/mean_squared_error"),
  row("core/simd", "f32x4.splat(1e-30)", "f32x4.splat(1e-42)", "optimizers/sgd"),
  row("core/math", "madd(n, f32x4.splat(2.1219444e-4), r)", `madd(n, ${zero}, r)`, "layers/elementary"),
  row("core/math", "v128.and(f32x4.splat(23), tiny)", "v128.and(f32x4.splat(22), tiny)", "layers/elementary"),
  row("core/philox", "round < 10", "round < 9", "layers/dropout"),
  row("core/elementwise", "v128.load(inp, 16), parameter), 16", "v128.load(inp), parameter), 16", "layers/activation"),
  row("core/elementwise_loss", "f32x4.splat(scale / <f32>width)", "f32x4.splat(scale)", "losses/mean_squared_error"),
  row("core/soft_loss", "f32x4.div(targets, powers)", `f32x4.div(${one}, powers)`, "losses/categorical_crossentropy"),
  row("core/update", "broken = v128.or(broken, f32x4.sub(w, w));", "broken = f32x4.sub(w, w);", "optimizers/sgd"),
  row("core/update", "f32x4.splat(l2 + l2)", "f32x4.splat(l2)", "optimizers/sgd"),
  row("layers/dense", "const last = min(to - panel * blocks, blocks);", "const last = min(to, blocks);"),
  row("layers/dense", "transpose4(target + 16, source + 128);", "transpose4(target + 16, source + 16);"),
  row("layers/activation", `v128.andnot(dy, f32x4.le(x, ${zero}))`, `v128.andnot(dy, f32x4.lt(x, ${zero}))`),
  row("layers/activation", "f32x4.splat(0.3989422804014327)", "f32x4.splat(0.39)"),
  row("layers/softmax", "exp_row(target, source, max_row(source, width),", `exp_row(target, source, ${zero},`),
  row("layers/softmax", "flush(exp4(v128.load(at(share, i)))), total)", "flush(exp4(v128.load(at(share, i)))), sum)"),
  row("layers/dropout", "i32x4.add(columns, i32x4.splat(4))", "i32x4.add(columns, i32x4.splat(3))"),
  row("layers/gather", "lanes_below(i + 4, width)", "lanes_below(i, width)"),
  row("layers/rescaling", "f32x4.splat(offset)", zero),
  row("layers/normalization", "v128.load(at(source, i)), v128.load(at(mean, i))", `v128.load(at(source, i)), ${zero}`),
  row(
    "layers/normalization",
    "f32x4.mul(v128.load(at(source, i)), v128.load(at(factor, i)))",
    "v128.load(at(source, i))",
  ),
  row("layers/scan", "min(index + 1, last)", "min(index + 2, last)"),
  row("layers/nonzero", "columns += 0x4000400040004;", "columns += 0x4000400040003;", "layers/sparse"),
  row("layers/nonzero", "v128.load(at(mask, i)), kept)", "v128.load(at(mask, i)), zero)", "layers/sparse"),
  row("layers/sparse", "if (left <= 32) return low;", "if (left <= 64) return low;"),
  row("losses/huber", "f32x4.neg(delta)", zero),
  row("losses/binary_crossentropy", `f32x4.ge(x, ${zero})`, `f32x4.le(x, ${zero})`),
  row("losses/kullback_leibler", `f32x4.gt(t, ${zero})`, `f32x4.ge(t, ${zero})`),
  row("losses/sparse_categorical_crossentropy", "if (smoothing != 0) value +=", "value +="),
  row("metrics/accuracy", "found >= 0 && found == wanted", "found == wanted"),
  row("optimizers/sgd", "madd(momentum, v, g) : v", "madd(momentum, v, v) : v"),
  row("optimizers/adam", "f32x4.sqrt(v), hyper_value(hyper, 1)", `f32x4.sqrt(v), ${one}`),
  row("optimizers/rmsprop", `f32x4.max(madd(f32x4.neg(a), a, s), ${zero})`, "f32x4.abs(madd(f32x4.neg(a), a, s))"),
];
