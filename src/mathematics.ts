// exp, log, cos, sin and powers in float64, made of + - * / floor and comparisons alone: the same bits on every engine, which
// Math's own functions do not promise. Within 2 units in the last place.
// Source: fdlibm (Sun Microsystems 1993), e_exp.c, e_log.c, k_sin.c, k_cos.c and e_rem_pio2.c.

/** ln 2 in two parts; the product of the first with a whole number below 2^20 is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** π/2 in three parts of 33 bits and a rest. */
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487111665e-21;
const HALF_PI_REST = 8.4784276603689e-32;
const TWO_OVER_PI = 0.6366197723675814;
/** Beyond it the products with π/2's parts are no longer exact. */
const MOST_ANGLE = 1e6;

/** base^exponent by squaring, for a whole exponent >= 0. */
function wholePower(base: number, exponent: number): number {
  let result = 1;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= base;
    base *= base;
  }
  return result;
}

/** value * 2^exponent, rounded once. */
function scale(value: number, exponent: number): number {
  if (exponent > 1023) return value * 2 * wholePower(2, exponent - 1);
  if (exponent >= 0) return value * wholePower(2, exponent);
  if (exponent >= -1022) return value * wholePower(0.5, -exponent);
  return value * wholePower(0.5, 1000) * wholePower(0.5, -exponent - 1000);
}

/** e^x; 0 below -745.1, Infinity above 709.8. */
export function exp(x: number): number {
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const tail = t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8);
  const c = r - t * (0.16666666666666602 + t * (-0.0027777777777015593 + t * (6.613756321437934e-5 + tail)));
  return scale(1 - (low - (r * c) / (2 - c) - high), k);
}

/** The natural logarithm; -Infinity of 0, NaN of what is less. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  // x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)).
  let k = 0;
  for (let bits = 512; bits >= 1; bits /= 2) {
    const power = wholePower(2, bits);
    // Twice, since the least number is 2^-1074.
    for (let twice = 0; twice < 2 && x < 1 / power; twice++) {
      x *= power;
      k -= bits;
    }
    if (x >= power) {
      x /= power;
      k += bits;
    }
  }
  if (x >= Math.SQRT2) {
    x /= 2;
    k++;
  } else if (x < Math.SQRT1_2) {
    x *= 2;
    k--;
  }
  const f = x - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  return k * LN2_HIGH - (half - (s * (half + (even + odd)) + k * LN2_LOW) - f);
}

/** sin(x + y) for |x| <= π/4 and a much smaller y. */
function sinKernel(x: number, y: number): number {
  const z = x * x;
  const v = z * x;
  const r =
    0.00833333333332249 +
    z *
      (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x - (z * (0.5 * y - v * r) - y - v * -0.16666666666666632);
}

/** cos(x + y) for |x| <= π/4 and a much smaller y. */
function cosKernel(x: number, y: number): number {
  const z = x * x;
  const low = z * (0.0416666666666666 + z * (-0.001388888888887411 + z * 2.480158728947673e-5));
  const high = -2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11);
  const r = low + z * z * z * z * high;
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * y));
}

/** sin(x + quarter turns); NaN beyond a million, where an angle says little. */
function sine(x: number, quarters: number): number {
  if (!(x <= MOST_ANGLE && x >= -MOST_ANGLE)) return Number.NaN;
  const n = Math.floor(x * TWO_OVER_PI + 0.5);
  const first = x - n * HALF_PI_1;
  const second = first - n * HALF_PI_2;
  const secondError = first - second - n * HALF_PI_2;
  const third = second - (n * HALF_PI_3 - secondError);
  const rest = n * HALF_PI_REST - (second - third - (n * HALF_PI_3 - secondError));
  const angle = third - rest;
  const error = third - angle - rest;
  const turn = n + quarters;
  const quadrant = turn - 4 * Math.floor(turn / 4);
  const value = quadrant % 2 === 0 ? sinKernel(angle, error) : cosKernel(angle, error);
  return quadrant < 2 ? value : -value;
}

/** The cosine of an angle of at most a million; NaN beyond. */
export const cos = (x: number): number => sine(x, 1);

/** The sine of an angle of at most a million; NaN beyond. */
export const sin = (x: number): number => sine(x, 0);

/** base^exponent for base >= 0: by squaring where the exponent is whole, as exp(exponent log(base)) elsewhere. */
export function power(base: number, exponent: number): number {
  if (Math.floor(exponent) !== exponent) return exp(exponent * log(base));
  return exponent < 0 ? 1 / wholePower(base, -exponent) : wholePower(base, exponent);
}
