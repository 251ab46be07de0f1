// erf and erfc in float64, to about 1e-15 of their value: what the kernels are measured against.

/** erf(x) = 2/√π · exp(-x²) · Σ 2^n x^(2n+1) / (1·3·…·(2n+1)), whose terms all have one sign. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = exp(-x²) / √π / (x + 1/2 / (x + 2/2 / (x + 3/2 / …))), for x >= 2. */
function fraction(x: number): number {
  let tail = x;
  for (let n = 120; n > 0; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

export function erf(x: number): number {
  if (Math.abs(x) < 2) return series(x);
  return x > 0 ? 1 - fraction(x) : fraction(-x) - 1;
}

export function erfc(x: number): number {
  return x < 2 ? 1 - erf(x) : fraction(x);
}
