// B sequences of `steps` steps in layers of U units, all gates of a cell side by side: G*U columns, W of them with padding.
// What a layer keeps of each sequence, row after row:
//   states    steps + 1 rows of S = U rounded up to 8 floats, for an LSTM of 2 S: h, then c. The first is zero.
//   gates     steps rows of W: the input's product, then what the gates make of it, then the gradients of that sum.
//   products  h · recurrent kernel, W: of one step, but of all steps for a GRU, whose gradients by it are not those of the gates.
// A vector at a gate's end reaches into the next gate, or behind the row: stores keep what is there.

import { gemm_rows } from "../core/gemm";
import { sigmoid4, tanh4 } from "../core/math";
import { at, flush, lanes_below, madd, round8 } from "../core/simd";
import { begin_gradient, begin_sequence, gather_gradient, skipped } from "../core/states";

// Cells up to 3 are simple: one gate, by its activation.
const SIGMOID: i32 = 1;
const RELU: i32 = 2;
const LINEAR: i32 = 3;
const LSTM: i32 = 4;
const GRU: i32 = 5;

function columns_of(cell: i32, U: i32): i32 {
  return cell == LSTM ? U << 2 : cell == GRU ? 3 * U : U;
}

/** Floats from one state to the next. */
function state_size(cell: i32, U: i32): i32 {
  return round8(U) << (cell == LSTM ? 1 : 0);
}

/** The lanes of `mask` of x. */
function put(target: usize, x: v128, mask: v128): void {
  v128.store(target, v128.bitselect(x, v128.load(target), mask));
}

/** dy * y * (1 - y): through a sigmoid with the value y. */
function through_sigmoid(dy: v128, y: v128): v128 {
  return flush(f32x4.mul(f32x4.mul(dy, y), f32x4.sub(f32x4.splat(1), y)));
}

/** dy * (1 - y²): through a tanh with the value y. */
function through_tanh(dy: v128, y: v128): v128 {
  return flush(f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y))));
}

/** h = f(gate + product). */
function simple_forward(h: usize, gate: usize, product: usize, cell: i32, U: i32): void {
  for (let u = 0; u < U; u += 4) {
    const x = f32x4.add(v128.load(at(gate, u)), v128.load(at(product, u)));
    let y = x;
    if (cell == RELU) y = f32x4.pmax(x, f32x4.splat(0));
    else if (cell == SIGMOID) y = sigmoid4(x);
    else if (cell != LINEAR) y = tanh4(x);
    v128.store(at(h, u), v128.and(y, lanes_below(u, U)));
  }
}

function simple_backward(gate: usize, dh: usize, h: usize, cell: i32, U: i32): void {
  for (let u = 0; u < U; u += 4) {
    const y = v128.load(at(h, u));
    const dy = v128.load(at(dh, u));
    let dx = dy;
    if (cell == RELU) dx = v128.andnot(dy, f32x4.le(y, f32x4.splat(0)));
    else if (cell == SIGMOID) dx = through_sigmoid(dy, y);
    else if (cell != LINEAR) dx = through_tanh(dy, y);
    put(at(gate, u), flush(dx), lanes_below(u, U));
  }
}

/** i, f, o = sigmoid, g = tanh of gate + product; c = f * c before + i * g; h = o * tanh(c). */
function lstm_forward(h: usize, before: usize, gate: usize, product: usize, U: i32, S: i32): void {
  for (let u = 0; u < U; u += 4) {
    const mask = lanes_below(u, U);
    const at_i = at(gate, u);
    const at_f = at(at_i, U);
    const at_g = at(at_f, U);
    const at_o = at(at_g, U);
    const i = sigmoid4(f32x4.add(v128.load(at_i), v128.load(at(product, u))));
    const f = sigmoid4(f32x4.add(v128.load(at_f), v128.load(at(product, U + u))));
    const g = tanh4(f32x4.add(v128.load(at_g), v128.load(at(product, 2 * U + u))));
    const o = sigmoid4(f32x4.add(v128.load(at_o), v128.load(at(product, 3 * U + u))));
    const c = flush(madd(f, v128.load(at(before, S + u)), f32x4.mul(i, g)));
    put(at_i, i, mask);
    put(at_f, f, mask);
    put(at_g, g, mask);
    put(at_o, o, mask);
    v128.store(at(h, S + u), v128.and(c, mask));
    v128.store(at(h, u), v128.and(f32x4.mul(o, tanh4(c)), mask));
  }
}

function lstm_backward(gate: usize, dh: usize, dc: usize, h: usize, before: usize, U: i32, S: i32): void {
  for (let u = 0; u < U; u += 4) {
    const mask = lanes_below(u, U);
    const at_i = at(gate, u);
    const at_f = at(at_i, U);
    const at_g = at(at_f, U);
    const at_o = at(at_g, U);
    const i = v128.load(at_i);
    const f = v128.load(at_f);
    const g = v128.load(at_g);
    const o = v128.load(at_o);
    const y = tanh4(v128.load(at(h, S + u)));
    const dy = v128.load(at(dh, u));
    const d = f32x4.add(v128.load(at(dc, u)), through_tanh(f32x4.mul(dy, o), y));
    v128.store(at(dc, u), v128.and(flush(f32x4.mul(d, f)), mask));
    put(at_i, through_sigmoid(f32x4.mul(d, g), i), mask);
    put(at_f, through_sigmoid(f32x4.mul(d, v128.load(at(before, S + u))), f), mask);
    put(at_g, through_tanh(f32x4.mul(d, i), g), mask);
    put(at_o, through_sigmoid(f32x4.mul(dy, y), o), mask);
  }
}

/** z, r = sigmoid of gate + product, n = tanh(gate + r * product); h = n + z * (h before - n). */
function gru_forward(h: usize, before: usize, gate: usize, product: usize, U: i32): void {
  for (let u = 0; u < U; u += 4) {
    const mask = lanes_below(u, U);
    const at_z = at(gate, u);
    const at_r = at(at_z, U);
    const at_n = at(at_r, U);
    const z = sigmoid4(f32x4.add(v128.load(at_z), v128.load(at(product, u))));
    const r = sigmoid4(f32x4.add(v128.load(at_r), v128.load(at(product, U + u))));
    const n = tanh4(madd(r, v128.load(at(product, 2 * U + u)), v128.load(at_n)));
    const y = flush(madd(z, f32x4.sub(v128.load(at(before, u)), n), n));
    put(at_z, z, mask);
    put(at_r, r, mask);
    put(at_n, n, mask);
    v128.store(at(h, u), v128.and(y, mask));
  }
}

function gru_backward(gate: usize, product: usize, dh: usize, pass: usize, before: usize, U: i32): void {
  for (let u = 0; u < U; u += 4) {
    const mask = lanes_below(u, U);
    const at_z = at(gate, u);
    const at_r = at(at_z, U);
    const at_n = at(at_r, U);
    const z = v128.load(at_z);
    const r = v128.load(at_r);
    const n = v128.load(at_n);
    const dy = v128.load(at(dh, u));
    const dz = through_sigmoid(f32x4.mul(dy, f32x4.sub(v128.load(at(before, u)), n)), z);
    const dn = through_tanh(f32x4.mul(dy, f32x4.sub(f32x4.splat(1), z)), n);
    const dr = through_sigmoid(f32x4.mul(dn, v128.load(at(product, 2 * U + u))), r);
    v128.store(at(pass, u), v128.and(flush(f32x4.mul(dy, z)), mask));
    put(at_z, dz, mask);
    put(at_r, dr, mask);
    put(at_n, dn, mask);
    put(at(product, u), dz, mask);
    put(at(product, U + u), dr, mask);
    put(at(product, 2 * U + u), flush(f32x4.mul(dn, r)), mask);
  }
}

/**
 * states[k + 1] = cell(gates[k], states[k] · weight + bias) for each step k, rows from..to, from states[0] = h0 and c0 (B, U),
 * `first_stride` apart, or zeros for a pointer 0; where mask (B, steps), `mask_step` apart, is 0, states[k + 1] = states[k]. out,
 * `out_step` apart, = h of each step, or where out_step is 0 of the last one. Overwrites states, gates (which come as the input's
 * product with its bias) and products; nothing may alias.
 */
export function recurrent_forward(
  out: usize,
  states: usize,
  gates: usize,
  products: usize,
  weight: usize,
  bias: usize,
  mask: usize,
  h0: usize,
  c0: usize,
  cell: i32,
  steps: i32,
  U: i32,
  out_step: i32,
  mask_step: i32,
  out_stride: i32,
  states_stride: i32,
  gates_stride: i32,
  products_stride: i32,
  mask_stride: i32,
  first_stride: i32,
  from: i32,
  to: i32,
): void {
  const S = round8(U);
  const width = round8(columns_of(cell, U));
  const size = state_size(cell, U);
  for (let b = from; b < to; b++) {
    const first = b * first_stride;
    begin_sequence(at(states, b * states_stride), h0 ? at(h0, first) : 0, c0 ? at(c0, first) : 0, U, S, size);
  }
  for (let k = 0; k < steps; k++) {
    const before = at(states, k * size);
    const product = at(products, cell == GRU ? k * width : 0);
    for (let column = 0; column < width; column += 8) {
      gemm_rows(
        at(product, from * products_stride + column),
        at(before, from * states_stride),
        at(weight, column * S),
        bias ? at(bias, column) : 0,
        to - from,
        U,
        products_stride << 2,
        states_stride << 2,
      );
    }
    for (let b = from; b < to; b++) {
      const old = at(before, b * states_stride);
      const h = at(old, size);
      const gate = at(gates, b * gates_stride + k * width);
      const row = at(product, b * products_stride);
      if (skipped(mask, b * mask_stride + k * mask_step)) memory.copy(h, old, size << 2);
      else if (cell == LSTM) lstm_forward(h, old, gate, row, U, S);
      else if (cell == GRU) gru_forward(h, old, gate, row, U);
      else simple_forward(h, gate, row, cell, U);
      if (out_step != 0 || k == steps - 1) memory.copy(at(out, b * out_stride + k * out_step), h, U << 2);
    }
  }
}

/**
 * gates = the gradients by the sums before the gates, through all steps from the last to the first, rows from..to; products = those by
 * states · weight + bias, where they differ (GRU); dh0, dc0 (B, U), `first_stride` apart, = those by the first h and c, none for a
 * pointer 0. dout lies as out in recurrent_forward, and weight_t is weightᵀ in panels. Overwrites gates, products of a GRU and carry,
 * 3 S floats a row: the gradient by h through the product, past it, and by c; where `last_c` is 1, S more floats stand behind them,
 * the gradient by the last c, which are kept. Nothing may alias.
 */
export function recurrent_backward(
  gates: usize,
  products: usize,
  carry: usize,
  dout: usize,
  states: usize,
  weight_t: usize,
  mask: usize,
  dh0: usize,
  dc0: usize,
  cell: i32,
  steps: i32,
  U: i32,
  out_step: i32,
  mask_step: i32,
  dout_stride: i32,
  states_stride: i32,
  gates_stride: i32,
  products_stride: i32,
  mask_stride: i32,
  carry_stride: i32,
  first_stride: i32,
  last_c: i32,
  from: i32,
  to: i32,
): void {
  const S = round8(U);
  const columns = columns_of(cell, U);
  const width = round8(columns);
  const size = state_size(cell, U);
  for (let b = from; b < to; b++) begin_gradient(at(carry, b * carry_stride), last_c, U, S);
  for (let k = steps - 1; k >= 0; k--) {
    const given = out_step != 0 || k == steps - 1;
    for (let b = from; b < to; b++) {
      const old = at(states, b * states_stride + k * size);
      const gate = at(gates, b * gates_stride + k * width);
      const product = at(products, b * products_stride + (cell == GRU ? k * width : 0));
      const dh = at(carry, b * carry_stride);
      const pass = at(dh, S);
      gather_gradient(dh, pass, given ? at(dout, b * dout_stride + k * out_step) : 0, U);
      if (skipped(mask, b * mask_stride + k * mask_step)) {
        memory.copy(pass, dh, S << 2);
        memory.fill(gate, 0, width << 2);
        if (cell == GRU) memory.fill(product, 0, width << 2);
      } else if (cell == LSTM) lstm_backward(gate, dh, at(pass, S), at(old, size), old, U, S);
      else if (cell == GRU) gru_backward(gate, product, dh, pass, old, U);
      else simple_backward(gate, dh, at(old, size), cell, U);
    }
    if (k == 0 && !(dh0 | dc0)) return;
    const d = cell == GRU ? products : gates;
    const stride = cell == GRU ? products_stride : gates_stride;
    for (let u = 0; u < U; u += 8) {
      gemm_rows(
        at(carry, from * carry_stride + u),
        at(d, from * stride + k * width),
        at(weight_t, u * width),
        0,
        to - from,
        columns,
        carry_stride << 2,
        stride << 2,
      );
    }
  }
  for (let b = from; b < to; b++) {
    const dh = at(carry, b * carry_stride);
    gather_gradient(dh, at(dh, S), 0, U);
    if (dh0) memory.copy(at(dh0, b * first_stride), dh, U << 2);
    if (dc0) memory.copy(at(dc0, b * first_stride), at(dh, S << 1), U << 2);
  }
}
