// Products of an image's windows with gradients at the pixels they made: the gradient of a convolution's kernel.

import { at, lanes_below, madd, store_row, unknown_zero } from "./simd";

/** Where row k of the kernel (rows, segments, channels) begins in a window, in bytes. */
function offset(k: i32, channels: i32, segments: i32, a_segment: i32, a_down: i32): usize {
  const position = k / channels;
  const row = position / segments;
  return at(0, row * a_down + (position - row * segments) * a_segment + (k - position * channels));
}

/** 8 floats added to those at c, or in their place where `image` is 0: sums of one image are short, so that little is lost. */
function add_row(c: usize, image: i32, low: v128, high: v128): void {
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
  const pixel_bytes: usize = a_pixel << 2;
  const line_rest = at(0, a_line - pixels * a_pixel);
  const image_rest = at(0, a_image - lines * a_line);
  const d_pixel_bytes: usize = d_pixel << 2;
  const d_image_rest = at(0, d_image - lines * pixels * d_pixel);
  for (const last = k + M; k < last; ) {
    const a0 = a + offset(k, channels, segments, a_segment, a_down);
    const a1 = a + offset(k + 1, channels, segments, a_segment, a_down);
    const a2 = a + offset(k + 2, channels, segments, a_segment, a_down);
    const a3 = a + offset(k + 3, channels, segments, a_segment, a_down);
    const m = last - k;
    // Six rows, or four in the strict build, whose products need a register of their own.
    if (ASC_FEATURE_RELAXED_SIMD && m >= 6 && m != 8) {
      const a4 = a + offset(k + 4, channels, segments, a_segment, a_down);
      const a5 = a + offset(k + 5, channels, segments, a_segment, a_down);
      tile6(
        c,
        a0,
        a1,
        a2,
        a3,
        a4,
        a5,
        d,
        B,
        lines,
        pixels,
        pixel_bytes,
        line_rest,
        image_rest,
        d_pixel_bytes,
        d_image_rest,
        columns,
      );
      k += 6;
      c += 192;
    } else if (m >= 4) {
      tile4(
        c,
        a0,
        a1,
        a2,
        a3,
        d,
        B,
        lines,
        pixels,
        pixel_bytes,
        line_rest,
        image_rest,
        d_pixel_bytes,
        d_image_rest,
        columns,
      );
      k += 4;
      c += 128;
    } else {
      tile1(c, a0, d, B, lines, pixels, pixel_bytes, line_rest, image_rest, d_pixel_bytes, d_image_rest, columns);
      k++;
      c += 32;
    }
  }
}

function tile6(
  c: usize,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  b: usize,
  B: i32,
  lines: i32,
  pixels: i32,
  a_pixel: usize,
  a_line: usize,
  a_image: usize,
  b_pixel: usize,
  b_image: usize,
  columns: i32,
): void {
  const low = lanes_below(0, columns);
  const high = lanes_below(4, columns);
  const zero = unknown_zero(B);
  for (let image = 0; image < B; image++) {
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
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let x = v128.load32_splat(a0);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        x = v128.load32_splat(a4);
        c40 = madd(x, b0, c40);
        c41 = madd(x, b1, c41);
        x = v128.load32_splat(a5);
        c50 = madd(x, b0, c50);
        c51 = madd(x, b1, c51);
        a0 += a_pixel;
        a1 += a_pixel;
        a2 += a_pixel;
        a3 += a_pixel;
        a4 += a_pixel;
        a5 += a_pixel;
        b += b_pixel;
      }
      a0 += a_line;
      a1 += a_line;
      a2 += a_line;
      a3 += a_line;
      a4 += a_line;
      a5 += a_line;
    }
    a0 += a_image;
    a1 += a_image;
    a2 += a_image;
    a3 += a_image;
    a4 += a_image;
    a5 += a_image;
    b += b_image;
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
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  b: usize,
  B: i32,
  lines: i32,
  pixels: i32,
  a_pixel: usize,
  a_line: usize,
  a_image: usize,
  b_pixel: usize,
  b_image: usize,
  columns: i32,
): void {
  const low = lanes_below(0, columns);
  const high = lanes_below(4, columns);
  const zero = unknown_zero(B);
  for (let image = 0; image < B; image++) {
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
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let x = v128.load32_splat(a0);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        x = v128.load32_splat(a1);
        c10 = madd(x, b0, c10);
        c11 = madd(x, b1, c11);
        x = v128.load32_splat(a2);
        c20 = madd(x, b0, c20);
        c21 = madd(x, b1, c21);
        x = v128.load32_splat(a3);
        c30 = madd(x, b0, c30);
        c31 = madd(x, b1, c31);
        a0 += a_pixel;
        a1 += a_pixel;
        a2 += a_pixel;
        a3 += a_pixel;
        b += b_pixel;
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
    b += b_image;
    add_row(c, image, v128.and(c00, low), v128.and(c01, high));
    add_row(c + 32, image, v128.and(c10, low), v128.and(c11, high));
    add_row(c + 64, image, v128.and(c20, low), v128.and(c21, high));
    add_row(c + 96, image, v128.and(c30, low), v128.and(c31, high));
  }
}

function tile1(
  c: usize,
  a0: usize,
  b: usize,
  B: i32,
  lines: i32,
  pixels: i32,
  a_pixel: usize,
  a_line: usize,
  a_image: usize,
  b_pixel: usize,
  b_image: usize,
  columns: i32,
): void {
  const low = lanes_below(0, columns);
  const high = lanes_below(4, columns);
  const zero = unknown_zero(B);
  for (let image = 0; image < B; image++) {
    let c00 = zero;
    let c01 = zero;
    for (let line = lines; line > 0; line--) {
      for (let pixel = pixels; pixel > 0; pixel--) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let x = v128.load32_splat(a0);
        c00 = madd(x, b0, c00);
        c01 = madd(x, b1, c01);
        a0 += a_pixel;
        b += b_pixel;
      }
      a0 += a_line;
    }
    a0 += a_image;
    b += b_image;
    add_row(c, image, v128.and(c00, low), v128.and(c01, high));
  }
}
