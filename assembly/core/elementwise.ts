// One loop over many rules: a rule maps four lanes to four lanes and has no state, so its instance is the address 0.

import { at } from "./simd";

/** y = f(x). `alpha` is the one parameter of the rules that have one. */
export abstract class Rule {
  abstract forward(x: v128, alpha: v128): v128;
}

/** A rule that also gives dy * f'(x), where y = f(x). */
export abstract class DifferentiableRule extends Rule {
  abstract backward(dy: v128, x: v128, y: v128, alpha: v128): v128;
}

/** out = f(inp), floats from..to, both multiples of 8. Overwrites out, which may alias inp. */
export function forward<R extends Rule>(out: usize, inp: usize, alpha: f32, from: i32, to: i32): void {
  const rule = changetype<R>(0);
  const parameter = f32x4.splat(alpha);
  const end = at(out, to);
  out = at(out, from);
  inp = at(inp, from);
  while (out < end) {
    v128.store(out, rule.forward(v128.load(inp), parameter));
    v128.store(out, rule.forward(v128.load(inp, 16), parameter), 16);
    out += 32;
    inp += 32;
  }
}

/**
 * dinp = dout * f'(inp), where out = f(inp), floats from..to. Overwrites dinp, which may alias dout and nothing else. inp
 * may be out for a rule to which both tell the same.
 */
export function backward<R extends DifferentiableRule>(
  dinp: usize,
  dout: usize,
  inp: usize,
  out: usize,
  alpha: f32,
  from: i32,
  to: i32,
): void {
  const rule = changetype<R>(0);
  const parameter = f32x4.splat(alpha);
  const end = at(dinp, to);
  let i = (<usize>from) << 2;
  dinp += i;
  dout += i;
  inp += i;
  out += i;
  while (dinp < end) {
    v128.store(dinp, rule.backward(v128.load(dout), v128.load(inp), v128.load(out), parameter));
    v128.store(dinp, rule.backward(v128.load(dout, 16), v128.load(inp, 16), v128.load(out, 16), parameter), 16);
    dinp += 32;
    dout += 32;
    inp += 32;
    out += 32;
  }
}
