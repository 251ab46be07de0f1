// exp, log, log1p, erf, sine and cosine of whole rows. Padding may become any value, also -Infinity.

import { forward, Rule } from "../core/elementwise";
import { cos_pi4, erf4, exp4, log1p4, log4, sin_pi4 } from "../core/math";

class Exp extends Rule {
  forward(x: v128, _alpha: v128): v128 {
    return exp4(x);
  }
}

class Log extends Rule {
  forward(x: v128, _alpha: v128): v128 {
    return log4(x);
  }
}

class Log1p extends Rule {
  forward(x: v128, _alpha: v128): v128 {
    return log1p4(x);
  }
}

class Erf extends Rule {
  forward(x: v128, _alpha: v128): v128 {
    return erf4(x);
  }
}

class SinPi extends Rule {
  forward(x: v128, _alpha: v128): v128 {
    return sin_pi4(x);
  }
}

class CosPi extends Rule {
  forward(x: v128, _alpha: v128): v128 {
    return cos_pi4(x);
  }
}

/** out = exp(inp), rows from..to. Overwrites out, which may alias inp. */
export function exp_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Exp>(out, inp, 0, from * stride, to * stride);
}

/** out = log(inp), rows from..to. Overwrites out, which may alias inp. */
export function log_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Log>(out, inp, 0, from * stride, to * stride);
}

/** out = log(1 + inp) for inp >= 0, rows from..to. Overwrites out, which may alias inp. */
export function log1p_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Log1p>(out, inp, 0, from * stride, to * stride);
}

/** out = erf(inp), rows from..to. Overwrites out, which may alias inp. */
export function erf_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<Erf>(out, inp, 0, from * stride, to * stride);
}

/** out = sin(π inp) for |inp| <= 1/4, rows from..to. Overwrites out, which may alias inp. */
export function sin_pi_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<SinPi>(out, inp, 0, from * stride, to * stride);
}

/** out = cos(π inp) for |inp| <= 1/4, rows from..to. Overwrites out, which may alias inp. */
export function cos_pi_forward(out: usize, inp: usize, stride: i32, from: i32, to: i32): void {
  forward<CosPi>(out, inp, 0, from * stride, to * stride);
}
