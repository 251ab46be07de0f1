// The gradients of a convolution where most of dout is zero, as it is behind a pool and a relu: products of zeros are left out, which
// changes no bit. Where they are not worth it, the dense kernels of convolution.ts do the same.

import { column_of_lists, has_columns } from "../core/columns_of_lists";
import { list_tall, list_wide } from "../core/gemm_lists";
import { append, append_line, count_nonzero, ENTRY, TABLE, write_table } from "../core/nonzero_list";
import { at, round8 } from "../core/simd";
import { convolve, convolve_backward_kernel, image_pad } from "./convolution";

/** Floats of a tile of sums, and the longest run of a window that a row of a tall one holds. */
const TILE: i32 = 48;
const TALL: i32 = 8;

/** Where run r of a window begins, in bytes. */
function run_offset(r: i32, segments: i32, down: i32, segment_step: i32): usize {
  const row = r / segments;
  return at(0, row * down + (r - row * segments) * segment_step);
}

/** The entries of channel o of an image's gradient: where the window of its pixel begins. */
function list_pixels(
  list: usize,
  dout: usize,
  lines: i32,
  pixels: i32,
  O: i32,
  line_step: i32,
  pixel_step: i32,
): usize {
  for (let y = 0; y < lines; y++) {
    list = append(list, dout, pixels, O << 2, (y * line_step) << 2, pixel_step << 2);
    dout = at(dout, pixels * O);
  }
  return list;
}

/** Tiles of the rows k..end of a kernel, which are in runs of K. */
function tiles_of(k: i32, end: i32, K: i32): i32 {
  const first = k / K;
  const last = (end - 1) / K + 1;
  return K <= TALL ? (last - first + 5) / 6 : (last - first) * ((K + TILE - 1) / TILE);
}

/** dweight, rows k..end of a kernel and `columns` <= 8 of its columns, by lists; as gemm_windows. */
function gradient_by_lists(
  dweight: usize,
  inp: usize,
  dout: usize,
  lists: usize,
  k: i32,
  end: i32,
  columns: i32,
  B: i32,
  lines: i32,
  pixels: i32,
  O: i32,
  segments: i32,
  K: i32,
  down: i32,
  segment_step: i32,
  line_step: i32,
  pixel_step: i32,
  dout_stride: i32,
  inp_stride: i32,
): void {
  const sums = lists + <usize>(lines * pixels + 1) * ENTRY;
  const first_run = k / K;
  const last_run = (end - 1) / K + 1;
  for (let b = 0; b < B; b++) {
    const image = at(inp, b * inp_stride);
    let tile = sums;
    for (let o = 0; o < columns; o++) {
      const last = list_pixels(lists, at(dout, b * dout_stride + o), lines, pixels, O, line_step, pixel_step);
      if (K <= TALL) {
        for (let run = first_run; run < last_run; run += 6) {
          const start = run_offset(run, segments, down, segment_step);
          const most = last_run - 1;
          const r1 = run_offset(min(run + 1, most), segments, down, segment_step) - start;
          const r2 = run_offset(min(run + 2, most), segments, down, segment_step) - start;
          const r3 = run_offset(min(run + 3, most), segments, down, segment_step) - start;
          const r4 = run_offset(min(run + 4, most), segments, down, segment_step) - start;
          const r5 = run_offset(min(run + 5, most), segments, down, segment_step) - start;
          list_tall(tile, b == 0, image + start, r1, r2, r3, r4, r5, lists, last);
          tile = at(tile, TILE);
        }
      } else {
        for (let run = first_run; run < last_run; run++) {
          const start = image + run_offset(run, segments, down, segment_step);
          for (let i = 0; i < K; i += TILE) {
            list_wide(tile, b == 0, at(start, i), lists, last);
            tile = at(tile, TILE);
          }
        }
      }
    }
  }
  const tiles = tiles_of(k, end, K);
  const around = (K + TILE - 1) / TILE;
  for (; k < end; k++) {
    const run = k / K - first_run;
    const i = k - (k / K) * K;
    const place = K <= TALL ? run * TALL + i : run * around * TILE + i;
    let sum = at(sums, place);
    for (let o = 0; o < 8; o++) {
      store<f32>(at(dweight, o), o < columns ? load<f32>(sum) : 0);
      sum = at(sum, tiles * TILE);
    }
    dweight += 32;
  }
}

/**
 * True if sums by lists take fewer steps than the dense ones, judged by the zeros in four of B gradients of n floats: for 8 units
 * at a pixel these multiply two vectors for each of the kernel's `height` rows, those sixteen (with what it takes to begin and end)
 * for each value and tile, and a list takes five for each value looked at.
 */
function are_lists_worth(dout: usize, B: i32, n: i32, stride: i32, height: i32, tiles: i32): bool {
  const apart = max(1, B >> 2);
  let nonzero: i64 = 0;
  let all: i64 = 0;
  for (let b = 0; b < B; b += apart) {
    nonzero += count_nonzero(at(dout, b * stride), n);
    all += n;
  }
  return 8 * (16 * tiles * nonzero + 5 * all) <= 2 * height * all;
}

/**
 * dweight = as convolve_backward_kernel, without the products of zeros of dout where these are many. `lists` has room for
 * lines*pixels + 1 entries and 8 sums of each tile.
 */
export function convolve_backward_kernel_zeros(
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
  K: i32,
  down: i32,
  segment_step: i32,
  line_step: i32,
  pixel_step: i32,
  dout_stride: i32,
  inp_stride: i32,
  from: i32,
  to: i32,
): void {
  const height = rows * segments * K;
  if (!are_lists_worth(dout, B, lines * pixels * O, dout_stride, height, tiles_of(0, height, K))) {
    convolve_backward_kernel(
      dweight,
      inp,
      dout,
      B,
      lines,
      pixels,
      O,
      rows,
      segments,
      K,
      down,
      segment_step,
      line_step,
      pixel_step,
      dout_stride,
      inp_stride,
      from,
      to,
    );
    return;
  }
  const blocks = round8(height) >> 3;
  while (from < to) {
    const panel = from / blocks;
    const first = from - panel * blocks;
    const last = min(to - panel * blocks, blocks);
    gradient_by_lists(
      at(dweight, from << 6),
      inp,
      at(dout, panel << 3),
      lists,
      first << 3,
      min(last << 3, height),
      min(8, O - (panel << 3)),
      B,
      lines,
      pixels,
      O,
      segments,
      K,
      down,
      segment_step,
      line_step,
      pixel_step,
      dout_stride,
      inp_stride,
    );
    from += last - first;
  }
}

/** dinp, one image, as convolve_backward_image has it, for gradients of `units` a pixel. */
function image_by_lists(
  dinp: usize,
  dout: usize,
  weight_t: usize,
  table: usize,
  lines: i32,
  pixels: i32,
  units: i32,
  height: i32,
  width: i32,
  C: i32,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
): void {
  const starts = table + TABLE;
  const starts_line: usize = (pixels + 1) << 2;
  let entry = at(starts, round8(lines * (pixels + 1)));
  for (let y = 0; y < lines; y++) {
    entry = append_line(entry, starts + y * starts_line, dout, pixels, units, 32, table);
    dout = at(dout, pixels * units);
  }
  const row: usize = (columns * units) << 5;
  const panel_size = round8(rows * columns * units) << 3;
  const line: usize = (width * C) << 2;
  for (let c = 0; c < C; c += 8) {
    for (let x = 0; x < width; x++) {
      // The pixels of dout that have this one in their windows, and their row of the kernel for a pixel 0.
      const first = x + left - columns + 1;
      const begin = min(max(first, 0), pixels);
      const end = min(max(x + left + 1, 0), pixels);
      column_of_lists(
        rows,
        at(dinp, x * C + c),
        line,
        -top,
        height,
        C - c,
        at(starts, begin),
        starts_line,
        (end - begin) << 2,
        lines,
        weight_t - <usize>((first * units) << 5),
        row,
      );
    }
    weight_t = at(weight_t, panel_size);
  }
}

/**
 * dinp (B, height, width, C) = Σ over the windows (rows, columns) that have the pixel of dout (B, lines, pixels, units) · weight_tᵀ, rows
 * from..to: the gradient by the image of a convolution whose image had `top` lines and `left` pixels of zeros put before it. weight_t
 * is from convolve_flip. An image of dout that is mostly zeros goes by `lists`: room for lines*(pixels + 1) numbers and an entry for
 * each value and one; another goes through `spread`, by convolve. Both give the same bits. Overwrites dinp, spread and lists, none of
 * which may alias anything.
 */
export function convolve_backward_image(
  dinp: usize,
  dout: usize,
  weight_t: usize,
  spread: usize,
  lists: usize,
  lines: i32,
  pixels: i32,
  units: i32,
  height: i32,
  width: i32,
  C: i32,
  rows: i32,
  columns: i32,
  dilation_down: i32,
  dilation: i32,
  stride_down: i32,
  stride: i32,
  top: i32,
  left: i32,
  dinp_stride: i32,
  dout_stride: i32,
  spread_stride: i32,
  from: i32,
  to: i32,
): void {
  const size = lines * pixels * units;
  const reach_down = (rows - 1) * dilation_down;
  const reach = (columns - 1) * dilation;
  const across = width + reach;
  const gapless = dilation == 1;
  const listed = has_columns(rows) && gapless && dilation_down == 1 && stride_down == 1 && stride == 1;
  write_table(lists);
  for (let b = from; b < to; b++) {
    const gradient = at(dout, b * dout_stride);
    if (listed && 2 * count_nonzero(gradient, size) <= size) {
      image_by_lists(
        at(dinp, b * dinp_stride),
        gradient,
        weight_t,
        lists,
        lines,
        pixels,
        units,
        height,
        width,
        C,
        rows,
        columns,
        top,
        left,
      );
      continue;
    }
    image_pad(
      spread,
      dout,
      lines,
      pixels,
      units,
      height + reach_down,
      across,
      reach_down - top,
      reach - left,
      stride_down,
      stride,
      spread_stride,
      dout_stride,
      b,
      b + 1,
    );
    convolve(
      dinp,
      spread,
      weight_t,
      0,
      height,
      width,
      C,
      rows,
      gapless ? 1 : columns,
      gapless ? columns * units : units,
      dilation_down * across * units,
      dilation * units,
      across * units,
      units,
      dinp_stride,
      spread_stride,
      b,
      b + 1,
    );
  }
}
