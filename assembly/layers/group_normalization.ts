// Values of an example in `blocks` of equal size, each brought to mean 0 and variance 1 by itself. Block k is `runs` x `length`
// values: runs begin `run_step` floats apart, the first at k*block_step. Block k's factors of scale begin at k*scale_step. So a block
// is a position's channels (layer normalization), or a group of channels at all positions. Blocks need not begin at whole vectors.

import { at, lanes_below, load_lanes, madd, store_first, sum_lanes } from "../core/simd";

/** gamma from `index` on, or 1 where there is none. */
export function scale_at(gamma: usize, index: i32, left: i32): v128 {
  return gamma ? load_lanes(at(gamma, index), left) : f32x4.splat(1);
}

/**
 * normal = (inp - mean) * factor;  out = normal*gamma + beta;  factor = 1 / sqrt(variance + epsilon), for each block of rows from..to;
 * mean is 0 unless `centred`, and variance the mean of (inp - mean)². gamma and beta may be 0: 1 and 0 then. Overwrites out, normal
 * and factor (B, blocks), which must alias nothing.
 */
export function group_normalization_forward(
  out: usize,
  normal: usize,
  factor: usize,
  inp: usize,
  gamma: usize,
  beta: usize,
  centred: i32,
  epsilon: f32,
  blocks: i32,
  block_step: i32,
  scale_step: i32,
  runs: i32,
  run_step: i32,
  length: i32,
  stride: i32,
  factor_stride: i32,
  from: i32,
  to: i32,
): void {
  const one = f32x4.splat(1);
  const count = f32x4.splat(<f32>(runs * length));
  for (let b = from; b < to; b++) {
    for (let k = 0; k < blocks; k++) {
      const block = b * stride + k * block_step;
      let mean = f32x4.splat(0);
      if (centred) {
        for (let run = 0; run < runs; run++) {
          const source = at(inp, block + run * run_step);
          for (let i = 0; i < length; i += 4) mean = f32x4.add(mean, load_lanes(at(source, i), length - i));
        }
        mean = f32x4.div(sum_lanes(mean), count);
      }
      let squares = f32x4.splat(0);
      for (let run = 0; run < runs; run++) {
        const source = at(inp, block + run * run_step);
        for (let i = 0; i < length; i += 4) {
          const x = v128.and(f32x4.sub(v128.load(at(source, i)), mean), lanes_below(i, length));
          squares = madd(x, x, squares);
        }
      }
      const variance = f32x4.div(sum_lanes(squares), count);
      const f = f32x4.div(one, f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))));
      store<f32>(at(factor, b * factor_stride + k), f32x4.extract_lane(f, 0));
      for (let run = 0; run < runs; run++) {
        const place = block + run * run_step;
        for (let i = 0; i < length; i += 4) {
          const left = length - i;
          const scale = k * scale_step + i;
          const x = f32x4.mul(f32x4.sub(v128.load(at(inp, place + i)), mean), f);
          const shift = beta ? load_lanes(at(beta, scale), left) : f32x4.splat(0);
          store_first(at(normal, place + i), x, left);
          store_first(at(out, place + i), madd(x, scale_at(gamma, scale, left), shift), left);
        }
      }
    }
  }
}

/**
 * dinp = factor * (g - mean(g) - normal*mean(g*normal)) with g = dout*gamma, for each block of rows from..to; mean(g) counts only where
 * `centred`. gamma may be 0: 1 then. Overwrites dinp, which must alias nothing.
 */
export function group_normalization_backward(
  dinp: usize,
  dout: usize,
  normal: usize,
  factor: usize,
  gamma: usize,
  centred: i32,
  blocks: i32,
  block_step: i32,
  scale_step: i32,
  runs: i32,
  run_step: i32,
  length: i32,
  stride: i32,
  factor_stride: i32,
  from: i32,
  to: i32,
): void {
  const count = f32x4.splat(<f32>(runs * length));
  for (let b = from; b < to; b++) {
    for (let k = 0; k < blocks; k++) {
      const block = b * stride + k * block_step;
      let sum = f32x4.splat(0);
      let slope = f32x4.splat(0);
      for (let run = 0; run < runs; run++) {
        const place = block + run * run_step;
        for (let i = 0; i < length; i += 4) {
          const left = length - i;
          const g = f32x4.mul(load_lanes(at(dout, place + i), left), scale_at(gamma, k * scale_step + i, left));
          sum = f32x4.add(sum, g);
          slope = madd(g, load_lanes(at(normal, place + i), left), slope);
        }
      }
      const mean = centred ? f32x4.div(sum_lanes(sum), count) : f32x4.splat(0);
      slope = f32x4.div(sum_lanes(slope), count);
      const f = v128.load32_splat(at(factor, b * factor_stride + k));
      for (let run = 0; run < runs; run++) {
        const place = block + run * run_step;
        for (let i = 0; i < length; i += 4) {
          const left = length - i;
          const g = f32x4.mul(load_lanes(at(dout, place + i), left), scale_at(gamma, k * scale_step + i, left));
          const rest = f32x4.sub(f32x4.sub(g, mean), f32x4.mul(load_lanes(at(normal, place + i), left), slope));
          store_first(at(dinp, place + i), f32x4.mul(rest, f), left);
        }
      }
    }
  }
}

/**
 * dgamma (C) = Σ dout*normal and dbeta (C) = Σ dout over rows and pixels of (B, pixels, C), groups of 8 channels from..to, summed row
 * by row. Overwrites dgamma and dbeta, zero in padding, where they are not 0; they must alias nothing.
 */
export function scale_backward(
  dgamma: usize,
  dbeta: usize,
  dout: usize,
  normal: usize,
  B: i32,
  pixels: i32,
  C: i32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  for (let c = from << 3; c < to << 3; c += 4) {
    let gamma = f32x4.splat(0);
    let beta = f32x4.splat(0);
    for (let b = 0; b < B; b++) {
      let row_gamma = f32x4.splat(0);
      let row_beta = f32x4.splat(0);
      for (let i = b * stride + c, end = i + pixels * C; i < end; i += C) {
        const d = v128.load(at(dout, i));
        row_gamma = madd(d, v128.load(at(normal, i)), row_gamma);
        row_beta = f32x4.add(row_beta, d);
      }
      gamma = f32x4.add(gamma, row_gamma);
      beta = f32x4.add(beta, row_beta);
    }
    const channels = lanes_below(c, C);
    if (dgamma) v128.store(at(dgamma, c), v128.and(gamma, channels));
    if (dbeta) v128.store(at(dbeta, c), v128.and(beta, channels));
  }
}
