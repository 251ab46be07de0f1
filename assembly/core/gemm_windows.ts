// Products of an image's windows with gradients at the pixels they made: the gradient of a convolution's kernel.

import { at, lanes_below, madd, store_row, unknown_zero } from "./simd";

/** Where row k of the kernel (rows, segments, channels) begins in a window, in bytes. */
function offset(k: i32, channels: i32, segments: i32, a_segment: i32, a_down: i32): usize {
  const position = k / channels;
  const row = position / segments;
  return at(0, row * a_down + (position - row * segments) * a_segment + (k - position * channels));
}

/** Pixels that stay near while all rows of the kernel pass over them, in whole images. */
const NEAR_PIXELS: i32 = 128;

/** 8 floats added to those at c, or in their place where `image` is 0: sums of one image are short, so that little is lost. */
export function add_row(c: usize, image: i32, low: v128, high: v128): void {
  if (image == 0) store_row(c, low, high);
  else store_row(c, f32x4.add(v128.load(c), low), f32x4.add(v128.load(c, 16), high));
}

/**
 * C (M,8) = Σ over B images and their lines x pixels of A · D, where A[m] is the value of row k + m of the kernel's window at the
 * pixel, and D the 8 floats at the pixel's gradient, of which the first `columns` count. Rows of the kernel are (rows, segments,
 * channels), a_segment and a_down floats apart in the image; windows of neighbours are a_pixel floats apart, of lines a_line.
 * Overwrites C, 32 bytes a row, zero beyond `columns`. C must alias nothing.
 */
export function gemm_windows(
  c: usize,
  a: usize,
  d: usize,
  k: i32,
  M: i32,
  B: i32,
  lines: i32,
  pixels: i32,
  channels: i32,
  segments: i32,
  a_segment: i32,
  a_down: i32,
  a_pixel: i32,
  a_line: i32,
  a_image: i32,
  d_pixel: i32,
  d_image: i32,
  columns: i32,
): void {
  const a_step: usize = a_pixel << 2;
  const line_rest = at(0, a_line - pixels * a_pixel);
  const image_rest = at(0, a_image - lines * a_line);
  const d_step: usize = d_pixel << 2;
  const d_rest = at(0, d_image - lines * pixels * d_pixel);
  const near = max(1, NEAR_PIXELS / (lines * pixels));
  for (let image = 0; image < B; image += near) {
    const end = min(image + near, B);
    for (let m = 0; m < M; ) {
      const row = k + m;
      // Rows of one pixel lie side by side: one pointer has them all.
      const side = min(channels - (row % channels), M - m);
      const target = at(c, m << 3);
      const a0 = a + offset(row, channels, segments, a_segment, a_down);
      // Six rows, or four in the strict build, whose products need a register of their own.
      if (ASC_FEATURE_RELAXED_SIMD && side >= 6 && side != 8) {
        tile6(target, a0, d, image, end, lines, pixels, a_step, line_rest, image_rest, d_step, d_rest, columns);
        m += 6;
      } else if (!ASC_FEATURE_RELAXED_SIMD && side >= 4) {
        tile4(target, a0, d, image, end, lines, pixels, a_step, line_rest, image_rest, d_step, d_rest, columns);
        m += 4;
      } else {
        // Rows that the kernel has not are the first again, since what they would read may lie far behind the image.
        const left = M - m;
        const a1 = left > 1 ? a + offset(row + 1, channels, segments, a_segment, a_down) : a0;
        const a2 = left > 2 ? a + offset(row + 2, channels, segments, a_segment, a_down) : a0;
        const a3 = left > 3 ? a + offset(row + 3, channels, segments, a_segment, a_down) : a0;
        apart4(
          target,
          a0,
          a1,
          a2,
          a3,
          d,
          left,
          image,
          end,
          lines,
          pixels,
          a_step,
          line_rest,
          image_rest,
          d_step,
          d_rest,
          columns,
        );
        m += 4;
      }
    }
    a = at(a, near * a_image);
    d = at(d, near * d_image);
  }
}

function tile6(
  c: usize,
  a: usize,
  d: usize,
  first: i32,
  last: i32,
  lines: i32,
  pixels: i32,
  a_pixel: usize,
  a_line: usize,
  a_image: usize,
  d_pixel: usize,
  d_image: usize,
  columns: i32,
): void {
  const low = lanes_below(0, columns);
  const high = lanes_below(4, columns);
  const zero = unknown_zero(lines);
  for (let image = first; image < last; image++) {
    let c00 = zero;
    let c01 = zero;
    let c10 = zero;
    let c11 = zero;
    let c20 = zero;
    let c21 = zero;
    let c30 = zero;
    let c31 = zero;
    let c40 = zero;
    let c41 = zero;
    let c50 = zero;
    let c51 = zero;
    for (let line = lines; line > 0; line--) {
      for (let pixel = pixels; pixel > 0; pixel--) {
        const d0 = v128.load(d);
        const d1 = v128.load(d, 16);
        let x = v128.load32_splat(a);
        c00 = madd(x, d0, c00);
        c01 = madd(x, d1, c01);
        x = v128.load32_splat(a, 4);
        c10 = madd(x, d0, c10);
        c11 = madd(x, d1, c11);
        x = v128.load32_splat(a, 8);
        c20 = madd(x, d0, c20);
        c21 = madd(x, d1, c21);
        x = v128.load32_splat(a, 12);
        c30 = madd(x, d0, c30);
        c31 = madd(x, d1, c31);
        x = v128.load32_splat(a, 16);
        c40 = madd(x, d0, c40);
        c41 = madd(x, d1, c41);
        x = v128.load32_splat(a, 20);
        c50 = madd(x, d0, c50);
        c51 = madd(x, d1, c51);
        a += a_pixel;
        d += d_pixel;
      }
      a += a_line;
    }
    a += a_image;
    d += d_image;
    add_row(c, image, v128.and(c00, low), v128.and(c01, high));
    add_row(c + 32, image, v128.and(c10, low), v128.and(c11, high));
    add_row(c + 64, image, v128.and(c20, low), v128.and(c21, high));
    add_row(c + 96, image, v128.and(c30, low), v128.and(c31, high));
    add_row(c + 128, image, v128.and(c40, low), v128.and(c41, high));
    add_row(c + 160, image, v128.and(c50, low), v128.and(c51, high));
  }
}

function tile4(
  c: usize,
  a: usize,
  d: usize,
  first: i32,
  last: i32,
  lines: i32,
  pixels: i32,
  a_pixel: usize,
  a_line: usize,
  a_image: usize,
  d_pixel: usize,
  d_image: usize,
  columns: i32,
): void {
  const low = lanes_below(0, columns);
  const high = lanes_below(4, columns);
  const zero = unknown_zero(lines);
  for (let image = first; image < last; image++) {
    let c00 = zero;
    let c01 = zero;
    let c10 = zero;
    let c11 = zero;
    let c20 = zero;
    let c21 = zero;
    let c30 = zero;
    let c31 = zero;
    for (let line = lines; line > 0; line--) {
      for (let pixel = pixels; pixel > 0; pixel--) {
        const d0 = v128.load(d);
        const d1 = v128.load(d, 16);
        let x = v128.load32_splat(a);
        c00 = madd(x, d0, c00);
        c01 = madd(x, d1, c01);
        x = v128.load32_splat(a, 4);
        c10 = madd(x, d0, c10);
        c11 = madd(x, d1, c11);
        x = v128.load32_splat(a, 8);
        c20 = madd(x, d0, c20);
        c21 = madd(x, d1, c21);
        x = v128.load32_splat(a, 12);
        c30 = madd(x, d0, c30);
        c31 = madd(x, d1, c31);
        a += a_pixel;
        d += d_pixel;
      }
      a += a_line;
    }
    a += a_image;
    d += d_image;
    add_row(c, image, v128.and(c00, low), v128.and(c01, high));
    add_row(c + 32, image, v128.and(c10, low), v128.and(c11, high));
    add_row(c + 64, image, v128.and(c20, low), v128.and(c21, high));
    add_row(c + 96, image, v128.and(c30, low), v128.and(c31, high));
  }
}

/** Up to four rows, each with a pointer. */
function apart4(
  c: usize,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  d: usize,
  rows: i32,
  first: i32,
  last: i32,
  lines: i32,
  pixels: i32,
  a_pixel: usize,
  a_line: usize,
  a_image: usize,
  d_pixel: usize,
  d_image: usize,
  columns: i32,
): void {
  const low = lanes_below(0, columns);
  const high = lanes_below(4, columns);
  const zero = unknown_zero(lines);
  for (let image = first; image < last; image++) {
    let c00 = zero;
    let c01 = zero;
    let c10 = zero;
    let c11 = zero;
    let c20 = zero;
    let c21 = zero;
    let c30 = zero;
    let c31 = zero;
    for (let line = lines; line > 0; line--) {
      for (let pixel = pixels; pixel > 0; pixel--) {
        const d0 = v128.load(d);
        const d1 = v128.load(d, 16);
        let x = v128.load32_splat(a0);
        c00 = madd(x, d0, c00);
        c01 = madd(x, d1, c01);
        x = v128.load32_splat(a1);
        c10 = madd(x, d0, c10);
        c11 = madd(x, d1, c11);
        x = v128.load32_splat(a2);
        c20 = madd(x, d0, c20);
        c21 = madd(x, d1, c21);
        x = v128.load32_splat(a3);
        c30 = madd(x, d0, c30);
        c31 = madd(x, d1, c31);
        a0 += a_pixel;
        a1 += a_pixel;
        a2 += a_pixel;
        a3 += a_pixel;
        d += d_pixel;
      }
      a0 += a_line;
      a1 += a_line;
      a2 += a_line;
      a3 += a_line;
    }
    a0 += a_image;
    a1 += a_image;
    a2 += a_image;
    a3 += a_image;
    d += d_image;
    add_row(c, image, v128.and(c00, low), v128.and(c01, high));
    if (rows > 1) add_row(c + 32, image, v128.and(c10, low), v128.and(c11, high));
    if (rows > 2) add_row(c + 64, image, v128.and(c20, low), v128.and(c21, high));
    if (rows > 3) add_row(c + 96, image, v128.and(c30, low), v128.and(c31, high));
  }
}
