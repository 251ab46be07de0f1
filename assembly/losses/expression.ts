// A loss or metric of one's own: a tape of operations on one row after the other, each between registers of a row's width.

import { clear_columns, row_max } from "../core/logits";
import { exp4, log1p4, log4, sigmoid4, tanh4 } from "../core/math";
import { times_sign } from "../core/sign";
import { at, flush, lanes_below, sum_lanes } from "../core/simd";

/** Four lanes of a result from what lies at its operands. */
abstract class Operation {
  abstract of(a: usize, b: usize, c: usize): v128;
}

class Copy extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    return v128.load(a);
  }
}
class Add extends Operation {
  of(a: usize, b: usize, _c: usize): v128 {
    return f32x4.add(v128.load(a), v128.load(b));
  }
}
class Subtract extends Operation {
  of(a: usize, b: usize, _c: usize): v128 {
    return f32x4.sub(v128.load(a), v128.load(b));
  }
}
class Multiply extends Operation {
  of(a: usize, b: usize, _c: usize): v128 {
    return f32x4.mul(v128.load(a), v128.load(b));
  }
}
class Divide extends Operation {
  of(a: usize, b: usize, _c: usize): v128 {
    return f32x4.div(v128.load(a), v128.load(b));
  }
}
class Maximum extends Operation {
  of(a: usize, b: usize, _c: usize): v128 {
    return f32x4.max(v128.load(a), v128.load(b));
  }
}
class Minimum extends Operation {
  of(a: usize, b: usize, _c: usize): v128 {
    return f32x4.min(v128.load(a), v128.load(b));
  }
}
class Greater extends Operation {
  of(a: usize, b: usize, _c: usize): v128 {
    const x = v128.load(a);
    const y = v128.load(b);
    // All ones are not a number, as is what is compared with such.
    const neither = v128.or(f32x4.ne(x, x), f32x4.ne(y, y));
    return v128.or(v128.and(f32x4.gt(x, y), f32x4.splat(1)), neither);
  }
}
class Where extends Operation {
  of(a: usize, b: usize, c: usize): v128 {
    const condition = v128.load(a);
    const taken = v128.bitselect(v128.load(b), v128.load(c), f32x4.ne(condition, f32x4.splat(0)));
    return v128.or(taken, f32x4.ne(condition, condition));
  }
}
class Absolute extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    return f32x4.abs(v128.load(a));
  }
}
class Sign extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    const x = v128.load(a);
    return v128.or(times_sign(f32x4.splat(1), x), f32x4.ne(x, x));
  }
}
class Root extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    return f32x4.sqrt(v128.load(a));
  }
}
class Exponential extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    return exp4(v128.load(a));
  }
}
class Logarithm extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    return log4(v128.load(a));
  }
}
class Tanh extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    return tanh4(v128.load(a));
  }
}
class Sigmoid extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    return sigmoid4(v128.load(a));
  }
}
class Softplus extends Operation {
  of(a: usize, _b: usize, _c: usize): v128 {
    const x = v128.load(a);
    return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
  }
}

/** out = R(a, b, c), `bytes` of each, rounded up to 16. */
function each<R extends Operation>(out: usize, a: usize, b: usize, c: usize, bytes: usize): void {
  const operation = changetype<R>(0);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, operation.of(a + i, b + i, c + i));
}

function fill(out: usize, value: v128, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, value);
}

/** Σ_c row[c] in every lane. */
function row_sum(row: usize, width: i32): v128 {
  let sum = f32x4.splat(0);
  for (let c = 0; c < width; c += 4) {
    sum = f32x4.add(sum, v128.and(v128.load(at(row, c)), lanes_below(c, width)));
  }
  return sum_lanes(sum);
}

/** out[c] = 1 where c is the label, else 0. */
function one_hot(out: usize, label: i32, width: i32): void {
  for (let c = 0; c < width; c += 4) {
    const hit = i32x4.eq(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(c)), i32x4.splat(label));
    v128.store(at(out, c), v128.and(hit, f32x4.splat(1)));
  }
}

/** The register that word `word` of an entry names. */
function operand(registers: usize, entry: usize, word: i32, pitch: i32): usize {
  return at(registers, <i32>load<f32>(at(entry, word)) * pitch);
}

/**
 * register[i] = operation[i](registers a, b, c) for the first `entries` entries of the tape, each [operation, a, b, c] as floats;
 * value[r] = register[result][0] and, unless `dpred` is 0, dpred (B,pred_stride) = register[gradient], 0 in padding, rows from..to.
 * Operations are numbered as in src/expressions/operations.ts. Target: (B,target_stride), or labels with a stride of 1.
 * Overwrites value, dpred and registers (at least entries * width rounded up to 4), which must alias nothing.
 */
export function expression(
  value: usize,
  dpred: usize,
  registers: usize,
  pred: usize,
  target: usize,
  tape: usize,
  entries: i32,
  result: i32,
  gradient: i32,
  width: i32,
  pred_stride: i32,
  target_stride: i32,
  scale: f32,
  from: i32,
  to: i32,
): void {
  const pitch = (width + 3) & ~3;
  const bytes = (<usize>pitch) << 2;
  for (let row = from; row < to; row++) {
    const pred_row = at(pred, row * pred_stride);
    const target_row = at(target, row * target_stride);
    for (let i = 0; i < entries; i++) {
      const entry = at(tape, i << 2);
      const out = at(registers, i * pitch);
      const a = operand(registers, entry, 1, pitch);
      const b = operand(registers, entry, 2, pitch);
      const c = operand(registers, entry, 3, pitch);
      switch (<i32>load<f32>(entry)) {
        case 0:
          fill(out, v128.load32_splat(entry, 4), bytes);
          break;
        case 1:
          fill(out, f32x4.splat(scale), bytes);
          break;
        case 2:
          each<Copy>(out, pred_row, 0, 0, bytes);
          break;
        case 3:
          each<Copy>(out, target_row, 0, 0, bytes);
          break;
        case 4:
          one_hot(out, load<i32>(target_row), width);
          break;
        case 5:
          fill(out, row_sum(a, width), bytes);
          break;
        case 6:
          fill(out, row_max(a, width), bytes);
          break;
        case 7:
          each<Add>(out, a, b, c, bytes);
          break;
        case 8:
          each<Subtract>(out, a, b, c, bytes);
          break;
        case 9:
          each<Multiply>(out, a, b, c, bytes);
          break;
        case 10:
          each<Divide>(out, a, b, c, bytes);
          break;
        case 11:
          each<Maximum>(out, a, b, c, bytes);
          break;
        case 12:
          each<Minimum>(out, a, b, c, bytes);
          break;
        case 13:
          each<Greater>(out, a, b, c, bytes);
          break;
        case 14:
          each<Where>(out, a, b, c, bytes);
          break;
        case 15:
          each<Absolute>(out, a, b, c, bytes);
          break;
        case 16:
          each<Sign>(out, a, b, c, bytes);
          break;
        case 17:
          each<Root>(out, a, b, c, bytes);
          break;
        case 18:
          each<Exponential>(out, a, b, c, bytes);
          break;
        case 19:
          each<Logarithm>(out, a, b, c, bytes);
          break;
        case 20:
          each<Tanh>(out, a, b, c, bytes);
          break;
        case 21:
          each<Sigmoid>(out, a, b, c, bytes);
          break;
        default:
          each<Softplus>(out, a, b, c, bytes);
      }
    }
    store<f32>(at(value, row), load<f32>(at(registers, result * pitch)));
    if (dpred) {
      const dpred_row = at(dpred, row * pred_stride);
      const slope = at(registers, gradient * pitch);
      let c = 0;
      for (; c < width; c += 4) {
        v128.store(at(dpred_row, c), flush(v128.and(v128.load(at(slope, c)), lanes_below(c, width))));
      }
      clear_columns(dpred_row, c, pred_stride);
    }
  }
}
