// Activations. Rows are contiguous floats, `stride` a row. Padding becomes some finite value going forward; going backward
// dout is zero there and so is dinp.

import { backward, DifferentiableRule, forward } from "../core/elementwise";
import { exp4, expm1_4, log1p4, sigmoid4, tanh4 } from "../core/math";
import { madd } from "../core/simd";

class Relu extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    // x < 0 ? 0 : x in one instruction; what is not a number stays so.
    return f32x4.pmax(x, f32x4.splat(0));
  }
  backward(dy: v128, x: v128, _y: v128, _alpha: v128): v128 {
    return v128.andnot(dy, f32x4.le(x, f32x4.splat(0)));
  }
}

class LeakyRelu extends DifferentiableRule {
  forward(x: v128, alpha: v128): v128 {
    return positive_or(x, x, f32x4.mul(alpha, x));
  }
  backward(dy: v128, x: v128, _y: v128, alpha: v128): v128 {
    return positive_or(x, dy, f32x4.mul(dy, alpha));
  }
}

class Elu extends DifferentiableRule {
  forward(x: v128, alpha: v128): v128 {
    return positive_or(x, x, f32x4.mul(alpha, expm1_4(f32x4.pmin(x, f32x4.splat(0)))));
  }
  backward(dy: v128, x: v128, _y: v128, alpha: v128): v128 {
    return positive_or(x, dy, f32x4.mul(f32x4.mul(dy, alpha), exp4(f32x4.pmin(x, f32x4.splat(0)))));
  }
}

class Selu extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    const below = f32x4.mul(f32x4.splat(1.7580993408473766), expm1_4(f32x4.pmin(x, f32x4.splat(0))));
    return positive_or(x, f32x4.mul(x, f32x4.splat(1.0507009873554805)), below);
  }
  backward(dy: v128, x: v128, _y: v128, _alpha: v128): v128 {
    const below = f32x4.mul(f32x4.splat(1.7580993408473766), exp4(f32x4.pmin(x, f32x4.splat(0))));
    return f32x4.mul(dy, positive_or(x, f32x4.splat(1.0507009873554805), below));
  }
}

class Gelu extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    const low = f32x4.pmax(x, f32x4.splat(-12));
    return f32x4.mul(low, normal_below(low, normal_power(low)));
  }
  backward(dy: v128, x: v128, _y: v128, _alpha: v128): v128 {
    const low = f32x4.pmax(x, f32x4.splat(-12));
    const power = normal_power(low);
    // 1 / √(2π) is the normal density at 0.
    const density = f32x4.mul(f32x4.splat(0.3989422804014327), power);
    return f32x4.mul(dy, madd(f32x4.pmin(low, f32x4.splat(12)), density, normal_below(low, power)));
  }
}

class Silu extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    return f32x4.mul(f32x4.pmax(x, f32x4.splat(-88)), sigmoid4(x));
  }
  backward(dy: v128, x: v128, _y: v128, _alpha: v128): v128 {
    const near = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-88)), f32x4.splat(88));
    const s = sigmoid4(near);
    const slope = madd(near, f32x4.sub(f32x4.splat(1), s), f32x4.splat(1));
    return f32x4.mul(dy, f32x4.mul(s, slope));
  }
}

class Softplus extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    const rest = log1p4(exp4(f32x4.neg(f32x4.abs(x))));
    return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), rest);
  }
  backward(dy: v128, x: v128, _y: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, sigmoid4(x));
  }
}

class HardSwish extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    const gate = f32x4.pmin(f32x4.pmax(f32x4.add(x, f32x4.splat(3)), f32x4.splat(0)), f32x4.splat(6));
    // The gate first: x * 6 could overflow.
    return f32x4.mul(x, f32x4.mul(gate, f32x4.splat(0.16666666666666666)));
  }
  backward(dy: v128, x: v128, _y: v128, _alpha: v128): v128 {
    const slope = madd(x, f32x4.splat(0.3333333333333333), f32x4.splat(0.5));
    const below3 = v128.bitselect(f32x4.splat(1), slope, f32x4.ge(x, f32x4.splat(3)));
    return f32x4.mul(dy, v128.andnot(below3, f32x4.le(x, f32x4.splat(-3))));
  }
}

class Tanh extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    return tanh4(x);
  }
  backward(dy: v128, _x: v128, y: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
  }
}

class Sigmoid extends DifferentiableRule {
  forward(x: v128, _alpha: v128): v128 {
    return sigmoid4(x);
  }
  backward(dy: v128, _x: v128, y: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
  }
}

/** `above` where x > 0, else `below`, also where x is not a number. */
function positive_or(x: v128, above: v128, below: v128): v128 {
  return v128.bitselect(above, below, f32x4.gt(x, f32x4.splat(0)));
}

/** exp(-x² / 2); beyond 12 it counts as at 12, 5e-32. */
function normal_power(x: v128): v128 {
  const near = f32x4.pmin(f32x4.abs(x), f32x4.splat(12));
  return exp4(f32x4.mul(f32x4.mul(near, near), f32x4.splat(-0.5)));
}

/**
 * Φ(x) = (1 + erf(x / √2)) / 2, given power = exp(-x² / 2), without the cancellation of 1 + erf for x < 0.
 * Φ(-z) / exp(-z² / 2) is a polynomial of (z - 3) / (z + 3), to 7e-9 of its value on 0..12.
 */
function normal_below(x: v128, power: v128): v128 {
  const z = f32x4.pmin(f32x4.abs(x), f32x4.splat(12));
  const t = f32x4.div(f32x4.sub(z, f32x4.splat(3)), f32x4.add(z, f32x4.splat(3)));
  let p = f32x4.splat(5.414135011960752e-5);
  p = madd(p, t, f32x4.splat(1.160175961558707e-4));
  p = madd(p, t, f32x4.splat(-3.399173147045076e-4));
  p = madd(p, t, f32x4.splat(-9.841726860031486e-4));
  p = madd(p, t, f32x4.splat(2.9047077987343073e-3));
  p = madd(p, t, f32x4.splat(6.132181733846664e-3));
  p = madd(p, t, f32x4.splat(-4.6213313937187195e-2));
  p = madd(p, t, f32x4.splat(0.12322501838207245));
  p = madd(p, t, f32x4.splat(-0.20640261471271515));
  p = madd(p, t, f32x4.splat(0.12151394784450531));
  const tail = f32x4.mul(p, power);
  return v128.bitselect(f32x4.sub(f32x4.splat(1), tail), tail, f32x4.gt(x, f32x4.splat(0)));
}

/** out = max(inp, 0); rows from..to. Overwrites out, which may alias inp. */
export function relu_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Relu>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout where inp > 0, else 0; rows from..to. Overwrites dinp, which may alias dout; inp may alias out. */
export function relu_backward(dinp: usize, dout: usize, inp: usize, out: usize, stride: i32, from: i32, to: i32): void {
  backward<Relu>(dinp, dout, inp, out, 0, from * stride, to * stride);
}

/** out = inp where inp > 0, else alpha * inp; rows from..to. Overwrites out, which may alias inp. */
export function leaky_relu_forward(out: usize, inp: usize, alpha: f32, stride: i32, from: i32, to: i32): void {
  forward<LeakyRelu>(out, inp, alpha, from * stride, to * stride);
}

/**
 * dinp = dout where inp > 0, else alpha * dout; rows from..to. Overwrites dinp, which may alias dout; inp may alias out if
 * alpha >= 0.
 */
export function leaky_relu_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  alpha: f32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  backward<LeakyRelu>(dinp, dout, inp, out, alpha, from * stride, to * stride);
}

/** out = inp where inp > 0, else alpha * (exp(inp) - 1); rows from..to. Overwrites out, which must alias nothing. */
export function elu_forward(out: usize, inp: usize, alpha: f32, stride: i32, from: i32, to: i32): void {
  forward<Elu>(out, inp, alpha, from * stride, to * stride);
}

/** dinp = dout where inp > 0, else dout * alpha * exp(inp); rows from..to. Overwrites dinp, which may alias dout. */
export function elu_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  alpha: f32,
  stride: i32,
  from: i32,
  to: i32,
): void {
  backward<Elu>(dinp, dout, inp, out, alpha, from * stride, to * stride);
}

/** out = 1.0507 * elu(inp, 1.6733), the constants of Klambauer et al. 2017; rows from..to. Overwrites out, which must alias nothing. */
export function selu_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Selu>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout * selu'(inp); rows from..to. Overwrites dinp, which may alias dout. */
export function selu_backward(dinp: usize, dout: usize, inp: usize, out: usize, stride: i32, from: i32, to: i32): void {
  backward<Selu>(dinp, dout, inp, out, 0, from * stride, to * stride);
}

/** out = inp * Φ(inp), Φ(x) = (1 + erf(x / √2)) / 2; rows from..to. Overwrites out, which must alias nothing. */
export function gelu_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Gelu>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout * (Φ(inp) + inp * φ(inp)), φ the normal density; rows from..to. Overwrites dinp, which may alias dout. */
export function gelu_backward(dinp: usize, dout: usize, inp: usize, out: usize, stride: i32, from: i32, to: i32): void {
  backward<Gelu>(dinp, dout, inp, out, 0, from * stride, to * stride);
}

/** out = inp * sigmoid(inp); rows from..to. Overwrites out, which must alias nothing. */
export function silu_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Silu>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout * s * (1 + inp * (1 - s)), s = sigmoid(inp); rows from..to. Overwrites dinp, which may alias dout. */
export function silu_backward(dinp: usize, dout: usize, inp: usize, out: usize, stride: i32, from: i32, to: i32): void {
  backward<Silu>(dinp, dout, inp, out, 0, from * stride, to * stride);
}

/** out = log(1 + exp(inp)); rows from..to. Overwrites out, which must alias nothing. */
export function softplus_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Softplus>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout * sigmoid(inp); rows from..to. Overwrites dinp, which may alias dout. */
export function softplus_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  stride: i32,
  from: i32,
  to: i32,
): void {
  backward<Softplus>(dinp, dout, inp, out, 0, from * stride, to * stride);
}

/** out = inp * min(max(inp + 3, 0), 6) / 6; rows from..to. Overwrites out, which must alias nothing. */
export function hard_swish_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<HardSwish>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout * (inp / 3 + 1/2) where |inp| < 3, else dout where inp >= 3, else 0; rows from..to. Overwrites dinp, which may alias dout. */
export function hard_swish_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  stride: i32,
  from: i32,
  to: i32,
): void {
  backward<HardSwish>(dinp, dout, inp, out, 0, from * stride, to * stride);
}

/** out = tanh(inp); rows from..to. Overwrites out, which may alias inp. */
export function tanh_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Tanh>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout * (1 - out²); rows from..to. Overwrites dinp, which may alias dout; inp may alias out. */
export function tanh_backward(dinp: usize, dout: usize, inp: usize, out: usize, stride: i32, from: i32, to: i32): void {
  backward<Tanh>(dinp, dout, inp, out, 0, from * stride, to * stride);
}

/** out = 1 / (1 + exp(-inp)); rows from..to. Overwrites out, which must alias nothing. */
export function sigmoid_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Sigmoid>(out, inp, 0, from * stride, to * stride);
}

/** dinp = dout * out * (1 - out); rows from..to. Overwrites dinp, which may alias dout. */
export function sigmoid_backward(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  stride: i32,
  from: i32,
  to: i32,
): void {
  backward<Sigmoid>(dinp, dout, inp, out, 0, from * stride, to * stride);
}
