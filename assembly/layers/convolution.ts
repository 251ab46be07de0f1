// B images of (H, W, C) in rows, channels last, without gaps. A kernel (KH, KW, C, O) lies in panels of 8 columns like a matrix
// (KH*KW*C, O). What is around an image is made part of it first (image_pad), so that no window reaches beyond.

import { are_lists_worth, gemm_lists } from "../core/gemm_lists";
import { gemm_segments } from "../core/gemm_segments";
import { gemm_windows } from "../core/gemm_windows";
import { at, lanes_below, madd, round8, start_high, start_low, store_first8 } from "../core/simd";

/**
 * out (B, lines, pixels, O) = bias (O) + Σ window · weight, rows from..to: the window of line y and pixel x begins at
 * inp[b] + y*line_step + x*pixel_step and has `rows` x `segments` x K values, `down` and `segment_step` floats apart.
 * Overwrites out, which must alias nothing.
 */
export function convolve(
  out: usize,
  inp: usize,
  weight: usize,
  bias: usize,
  lines: i32,
  pixels: i32,
  O: i32,
  rows: i32,
  segments: i32,
  K: i32,
  down: i32,
  segment_step: i32,
  line_step: i32,
  pixel_step: i32,
  out_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const panel_size = round8(rows * segments * K) << 3;
  const panels = (O + 7) >> 3;
  const partial = O & 7;
  // Pixels of the end whose 8 floats would reach beyond it.
  const whole = lines * pixels - (O < 8 ? 7 / O : 1);
  for (let b = from; b < to; b++) {
    const image = at(inp, b * inp_stride);
    const target = at(out, b * out_stride);
    // A partial panel writes into the pixels that follow, so it comes before the others, and the last pixels get what is theirs.
    for (let turn = 0; turn < panels; turn++) {
      const panel = partial ? (turn ? turn - 1 : panels - 1) : turn;
      const w = at(weight, panel * panel_size);
      const start = bias ? at(bias, panel << 3) : 0;
      for (let y = 0; y < lines; y++) {
        const line = at(target, y * pixels * O + (panel << 3));
        const windows = at(image, y * line_step);
        const count = partial && turn == 0 ? max(0, min(pixels, whole - y * pixels)) : pixels;
        gemm_segments(
          line,
          windows,
          w,
          start,
          count,
          rows,
          segments,
          K,
          O << 2,
          pixel_step << 2,
          segment_step << 2,
          down << 2,
        );
        for (let x = count; x < pixels; x++) {
          const window = at(windows, x * pixel_step);
          narrow_pixel(at(line, x * O), window, w, start, rows, segments, K, segment_step, down, partial);
        }
      }
    }
  }
}

/** The first `columns` < 8 outputs of one window. */
function narrow_pixel(
  c: usize,
  a: usize,
  b: usize,
  bias: usize,
  rows: i32,
  segments: i32,
  K: i32,
  segment_step: i32,
  down: i32,
  columns: i32,
): void {
  let low = start_low(bias);
  let high = start_high(bias);
  for (let row = 0; row < rows; row++) {
    for (let segment = 0; segment < segments; segment++) {
      const start = at(a, row * down + segment * segment_step);
      for (let k = 0; k < K; k++) {
        const x = v128.load32_splat(at(start, k));
        low = madd(x, v128.load(b), low);
        high = madd(x, v128.load(b, 16), high);
        b += 32;
      }
    }
  }
  store_first8(c, low, high, columns);
}

/**
 * dweight (rows*segments*channels, O) = Σ_b Σ_pixels windowᵀ · dout (B, lines, pixels, O), blocks of 64 floats from..to of its
 * panels; windows as in `convolve`, whose K values are `channels` of each position. Where most of dout is zero, and `lists` is not 0, by
 * lists to the same bits: there is room for lines*pixels + 1 entries and 8 sums of each tile. Overwrites the rows of these blocks that
 * the kernel has, and lists; padded rows are left alone. Neither may alias anything.
 */
export function convolve_backward_kernel(
  dweight: usize,
  inp: usize,
  dout: usize,
  lists: usize,
  B: i32,
  lines: i32,
  pixels: i32,
  O: i32,
  rows: i32,
  segments: i32,
  channels: i32,
  down: i32,
  segment_step: i32,
  line_step: i32,
  pixel_step: i32,
  dout_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const height = rows * segments * channels;
  const blocks = round8(height) >> 3;
  const listed = lists != 0 && are_lists_worth(dout, B, lines * pixels * O, dout_stride, rows * segments, channels);
  while (from < to) {
    const panel = from / blocks;
    const first = from - panel * blocks;
    const last = min(to - panel * blocks, blocks);
    const k = first << 3;
    const end = min(last << 3, height);
    const c = at(dweight, from << 6);
    const d = at(dout, panel << 3);
    const columns = O - (panel << 3);
    if (listed) {
      gemm_lists(
        c,
        inp,
        d,
        lists,
        k,
        end,
        min(8, columns),
        B,
        lines,
        pixels,
        O,
        segments,
        channels,
        down,
        segment_step,
        line_step,
        pixel_step,
        dout_stride,
        inp_stride,
      );
    } else {
      gemm_windows(
        c,
        inp,
        d,
        k,
        end - k,
        B,
        lines,
        pixels,
        channels,
        segments,
        segment_step,
        down,
        pixel_step,
        line_step,
        inp_stride,
        O,
        dout_stride,
        columns,
      );
    }
    from += last - first;
  }
}

/**
 * dbias (O) = Σ_b Σ_pixels dout (B, pixels, O), groups of 8 channels from..to, summed image by image. Overwrites dbias, zero in
 * padding, which must alias nothing.
 */
export function convolve_backward_bias(
  dbias: usize,
  dout: usize,
  B: i32,
  pixels: i32,
  O: i32,
  dout_stride: i32,
  from: i32,
  to: i32,
): void {
  for (let group = from; group < to; group++) {
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    for (let b = 0; b < B; b++) {
      let image_low = f32x4.splat(0);
      let image_high = f32x4.splat(0);
      let pixel = at(dout, b * dout_stride + (group << 3));
      for (let i = 0; i < pixels; i++) {
        image_low = f32x4.add(image_low, v128.load(pixel));
        image_high = f32x4.add(image_high, v128.load(pixel, 16));
        pixel = at(pixel, O);
      }
      low = f32x4.add(low, image_low);
      high = f32x4.add(high, image_high);
    }
    v128.store(at(dbias, group << 3), v128.and(low, lanes_below(group << 3, O)));
    v128.store(at(dbias, group << 3), v128.and(high, lanes_below((group << 3) + 4, O)), 16);
  }
}

/**
 * weight_t (positions*O, C) in panels of 8 channels = weight (positions*C, O) turned by 180 degrees, its channels and units
 * exchanged: weight_t[positions - 1 - p][o][c] = weight[p][c][o]. Blocks of 64 floats from..to of weight; overwrites the elements
 * of weight_t that mirror them. weight_t must not alias weight.
 */
export function convolve_flip(
  weight_t: usize,
  weight: usize,
  positions: i32,
  C: i32,
  O: i32,
  from: i32,
  to: i32,
): void {
  const height = positions * C;
  const blocks = round8(height) >> 3;
  const panel_size = round8(positions * O) << 3;
  for (let block = from; block < to; block++) {
    const panel = block / blocks;
    const k = (block - panel * blocks) << 3;
    const columns = min(8, O - (panel << 3));
    for (let row = k; row < min(k + 8, height); row++) {
      const position = row / C;
      const c = row - position * C;
      const source = at(weight, (block << 6) + ((row - k) << 3));
      let target = at(
        weight_t,
        (c >> 3) * panel_size + (((positions - 1 - position) * O + (panel << 3)) << 3) + (c & 7),
      );
      for (let o = 0; o < columns; o++) {
        store<f32>(target, load<f32>(at(source, o)));
        target += 32;
      }
    }
  }
}
