// Limited-memory BFGS: which way to go, from the last moves of the weights and what they did to the gradients. The moves and
// then the changes lie in memory + 1 places each, `slot_bytes` apart: a ring, in which the pair to come has the place `spare`.
// state (f64) = [what was trained, pairs that are held, spare]; what was trained is 0 before the first step.
// Sums of a unit, or of all, are count = 2 places (places + 1) + 1 doubles, pairs from old to new, the newest as the last:
// moves·g, changes·g, moves·changes and changes·changes (places, places; a later pair's change at each row's end), Σ|g|.

import { at, flush } from "../core/simd";

/** Pairs that bend less than this are left out. */
const LEAST: f64 = 1e-10;

/** A whole number of the state that is at most `most`, whatever a file says. */
function whole(state: usize, index: i32, most: i32): i32 {
  return <i32>min(max(load<f64>(state + ((<usize>index) << 3)), 0), <f64>most);
}

/** Address of element `index` of the 8-byte array at `base`. */
function double(base: usize, index: i32): usize {
  return base + ((<usize>index) << 3);
}

function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
}

function dot(a: usize, b: usize, length: i32): f64 {
  let sum = f64x2.splat(0);
  for (let i = 0; i < length; i += 4) {
    const x = v128.load(at(a, i));
    const y = v128.load(at(b, i));
    sum = f64x2.add(sum, f64x2.mul(low(x), low(y)));
    sum = f64x2.add(sum, f64x2.mul(high(x), high(y)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * The spare change = gradient - the spare change, and dots = the sums of each unit with it and the pairs that are held,
 * units from..to. Overwrites the spare change and these dots, which alias nothing.
 */
export function lbfgs_dots(
  dots: usize,
  moves: usize,
  gradient: usize,
  state: usize,
  memory: i32,
  slot_bytes: i32,
  unit: i32,
  from: i32,
  to: i32,
): void {
  const places = memory + 1;
  const spare = whole(state, 2, memory);
  const first = memory - whole(state, 1, memory);
  const changes = moves + <usize>places * <usize>slot_bytes;
  const count = 2 * places * (places + 1) + 1;
  for (let u = from; u < to; u++) {
    const g = at(gradient, u * unit);
    const newest = at(changes + <usize>spare * <usize>slot_bytes, u * unit);
    let size: f64 = 0;
    for (let i = 0; i < unit; i += 4) {
      v128.store(at(newest, i), f32x4.sub(v128.load(at(g, i)), v128.load(at(newest, i))));
    }
    for (let i = 0; i < unit; i++) size += <f64>abs(load<f32>(at(g, i)));
    const sums = double(dots, u * count);
    store<f64>(double(sums, count - 1), size);
    for (let c = first; c < places; c++) {
      const place = <usize>((spare + 1 + c) % places) * <usize>slot_bytes;
      const move = at(moves + place, u * unit);
      const change = at(changes + place, u * unit);
      store<f64>(double(sums, c), dot(move, g, unit));
      store<f64>(double(sums, places + c), dot(change, g, unit));
      for (let d = c; d < places; d++) {
        const later = at(changes + <usize>((spare + 1 + d) % places) * <usize>slot_bytes, u * unit);
        const cell = 2 * places + c * places + d;
        store<f64>(double(sums, cell), dot(move, later, unit));
        store<f64>(double(sums, cell + places * places), dot(change, later, unit));
      }
    }
  }
}

/** total = Σ of dots (units,count) over units, or += where `more` is 1, steps from..to of one. total must alias nothing. */
export function lbfgs_add(total: usize, dots: usize, count: i32, units: i32, more: i32, from: i32, to: i32): void {
  if (from == to) return;
  for (let i = 0; i < count; i++) {
    let sum: f64 = more ? load<f64>(double(total, i)) : 0;
    for (let u = 0; u < units; u++) sum += load<f64>(double(dots, u * count + i));
    store<f64>(double(total, i), sum);
  }
}

/**
 * coefficients (f64: one for each place's move, then for each place's change, then the gradient's) of H g by the two loops of
 * L-BFGS, H starting as (s·y / y·y) of the newest pair, or as min(1, 1 / Σ|g|) before the first step. The newest pair is held
 * if s·y > 1e-10, and the oldest one then dropped where there are more than `memory`; all are dropped where `trained` is not
 * what it was. Overwrites coefficients and state, steps from..to of one; nothing may alias.
 */
export function lbfgs_coefficients(
  coefficients: usize,
  state: usize,
  total: usize,
  memory: i32,
  trained: f64,
  from: i32,
  to: i32,
): void {
  if (from == to) return;
  const places = memory + 1;
  const spare = whole(state, 2, memory);
  const fresh = load<f64>(state) != trained;
  const held = fresh ? 0 : whole(state, 1, memory);
  const sy = double(total, 2 * places);
  const yy = double(sy, places * places);
  const accepted = !fresh && load<f64>(double(sy, places * places - 1)) > LEAST;
  const first = accepted ? max(1, memory - held) : memory - held;
  const last = accepted ? memory : memory - 1;
  const changes = double(coefficients, places);
  clear(coefficients, 2 * places);
  for (let i = last; i >= first; i--) {
    let sum = load<f64>(double(total, i));
    for (let j = i + 1; j <= last; j++) {
      sum -= load<f64>(double(changes, (spare + 1 + j) % places)) * load<f64>(double(sy, i * places + j));
    }
    store<f64>(double(changes, (spare + 1 + i) % places), sum / load<f64>(double(sy, i * places + i)));
  }
  const newest = last * places + last;
  let scale: f64 = 1;
  if (fresh) scale = min(1, 1 / load<f64>(double(yy, places * places)));
  if (first <= last) scale = load<f64>(double(sy, newest)) / load<f64>(double(yy, newest));
  for (let i = first; i <= last; i++) {
    let sum = load<f64>(double(total, places + i));
    for (let j = first; j <= last; j++) {
      const alpha = load<f64>(double(changes, (spare + 1 + j) % places));
      sum -= alpha * load<f64>(double(yy, min(i, j) * places + max(i, j)));
    }
    sum *= scale;
    for (let j = first; j < i; j++) {
      sum += load<f64>(double(coefficients, (spare + 1 + j) % places)) * load<f64>(double(sy, j * places + i));
    }
    const place = (spare + 1 + i) % places;
    const alpha = load<f64>(double(changes, place));
    store<f64>(double(coefficients, place), alpha - sum / load<f64>(double(sy, i * places + i)));
  }
  for (let i = 0; i < places; i++) store<f64>(double(changes, i), -scale * load<f64>(double(changes, i)));
  store<f64>(double(changes, places), scale);
  store<f64>(state, trained);
  store<f64>(state, <f64>(accepted ? min(held + 1, memory) : held), 8);
  store<f64>(state, <f64>(accepted ? (spare + 1) % places : spare), 16);
}

function clear(doubles: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<f64>(double(doubles, i), 0);
}

/**
 * gradient = Σ coefficients · (moves, changes, gradient), in float64; the spare change = the gradient as it was, and the spare
 * move = -rate * gradient as it is then, units from..to. Overwrites these three; nothing may alias.
 */
export function lbfgs_direction(
  gradient: usize,
  moves: usize,
  coefficients: usize,
  state: usize,
  rate: usize,
  memory: i32,
  slot_bytes: i32,
  unit: i32,
  from: i32,
  to: i32,
): void {
  const places = 2 * (memory + 1);
  const minus_rate = f32x4.neg(v128.load32_splat(rate));
  const own = v128.load64_splat(double(coefficients, places));
  const move = moves + <usize>whole(state, 2, memory) * <usize>slot_bytes;
  const change = move + <usize>(memory + 1) * <usize>slot_bytes;
  const end = to * unit;
  for (let i = from * unit; i < end; i += 4) {
    const g = v128.load(at(gradient, i));
    let left = f64x2.mul(own, low(g));
    let right = f64x2.mul(own, high(g));
    for (let p = 0; p < places; p++) {
      // Places that are not held may have anything in them.
      if (load<f64>(double(coefficients, p)) == 0) continue;
      const factor = v128.load64_splat(double(coefficients, p));
      const x = v128.load(at(moves + <usize>p * <usize>slot_bytes, i));
      left = f64x2.add(left, f64x2.mul(factor, low(x)));
      right = f64x2.add(right, f64x2.mul(factor, high(x)));
    }
    const direction = flush(i64x2.shuffle(f32x4.demote_f64x2_zero(left), f32x4.demote_f64x2_zero(right), 0, 2));
    v128.store(at(change, i), g);
    v128.store(at(gradient, i), direction);
    v128.store(at(move, i), flush(f32x4.mul(minus_rate, direction)));
  }
}
