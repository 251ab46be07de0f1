// Products of an image's windows with gradients at the pixels they made, as in gemm_windows.ts, where few of these are not zero: a list
// for each unit, and 48 sums at a time in registers.

import { add_row } from "./gemm_windows";
import { append, ENTRY, share_nonzero } from "./nonzero_list";
import { at, madd, unknown_zero } from "./simd";

/** Floats of a tile of sums. */
const TILE: i32 = 48;

/**
 * True if sums by lists take fewer steps than the dense ones, judged by the zeros in four to seven of B gradients of n floats: for
 * 8 units at a pixel these multiply two vectors for each of the kernel's rows, runs of K, those sixteen (with what it takes to begin
 * and end) for each value and tile, and a list takes five for each value looked at.
 */
export function are_lists_worth(dout: usize, B: i32, n: i32, stride: i32, runs: i32, K: i32): bool {
  const tiles = runs * ((K + TILE - 1) / TILE);
  const listed = tiles << 7;
  const dense = (runs * K) << 1;
  return share_nonzero(dout, stride, n, 0, B) * <f32>listed + 40 <= <f32>dense;
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

/**
 * c (end - k, 8) = Σ over B images and their lines x pixels of A · D, as gemm_windows, for rows k..end of a kernel whose runs have K values,
 * `segments` in a row of the kernel, and for the D of O floats a pixel, of which the first `columns` <= 8 count and the zeros are
 * left out. Overwrites c, 32 bytes a row, zero beyond `columns`, and `lists`: an entry for each pixel and one, then the sums of
 * 8 columns. None may alias anything.
 */
export function gemm_lists(
  c: usize,
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
  const tiles = (K + TILE - 1) / TILE;
  for (let b = 0; b < B; b++) {
    const image = at(inp, b * inp_stride);
    let sum = sums;
    for (let o = 0; o < columns; o++) {
      const last = list_pixels(lists, at(dout, b * dout_stride + o), lines, pixels, O, line_step, pixel_step);
      for (let run = first_run; run < last_run; run++) {
        const row = run / segments;
        let start = at(image, row * down + (run - row * segments) * segment_step);
        for (let tile = 0; tile < tiles; tile++) {
          gemm_list(sum, b, start, lists, last);
          start = at(start, TILE);
          sum = at(sum, TILE);
        }
      }
    }
  }
  const column = (last_run - first_run) * tiles * TILE;
  for (; k < end; k++) {
    const run = k / K;
    let sum = at(sums, (run - first_run) * tiles * TILE + k - run * K);
    for (let o = 0; o < 8; o++) {
      store<f32>(at(c, o), o < columns ? load<f32>(sum) : 0);
      sum = at(sum, column);
    }
    c += 32;
  }
}

/**
 * c (48) += Σ value · a[place], over the entries list..end, the 48 floats from a + place on; `=` where `image` is 0. Adds what is
 * behind the floats that count, too. c must alias nothing.
 */
function gemm_list(c: usize, image: i32, a: usize, list: usize, end: usize): void {
  const zero = unknown_zero(<i32>(end - list));
  let c0 = zero;
  let c1 = zero;
  let c2 = zero;
  let c3 = zero;
  let c4 = zero;
  let c5 = zero;
  let c6 = zero;
  let c7 = zero;
  let c8 = zero;
  let c9 = zero;
  let c10 = zero;
  let c11 = zero;
  while (list < end) {
    const x = v128.load32_splat(list);
    const p = a + load<u32>(list, 4);
    list += ENTRY;
    c0 = madd(x, v128.load(p), c0);
    c1 = madd(x, v128.load(p, 16), c1);
    c2 = madd(x, v128.load(p, 32), c2);
    c3 = madd(x, v128.load(p, 48), c3);
    c4 = madd(x, v128.load(p, 64), c4);
    c5 = madd(x, v128.load(p, 80), c5);
    c6 = madd(x, v128.load(p, 96), c6);
    c7 = madd(x, v128.load(p, 112), c7);
    c8 = madd(x, v128.load(p, 128), c8);
    c9 = madd(x, v128.load(p, 144), c9);
    c10 = madd(x, v128.load(p, 160), c10);
    c11 = madd(x, v128.load(p, 176), c11);
  }
  add_row(c, image, c0, c1);
  add_row(c + 32, image, c2, c3);
  add_row(c + 64, image, c4, c5);
  add_row(c + 96, image, c6, c7);
  add_row(c + 128, image, c8, c9);
  add_row(c + 160, image, c10, c11);
}
