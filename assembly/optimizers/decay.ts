// A weight decay whose strength follows the gradients.

/**
 * average = momentum*average + (1-momentum)*factor*√(squares[0]/squares[1]) and decay = rate*average, the ratio being 0 where
 * squares[1] is: `squares` (f64) are the sums of squares of gradients and weights, `average` is f64, rate and decay are f32.
 * Overwrites average and decay, steps from..to of one. Nothing may alias.
 */
export function adaptive_decay(
  decay: usize,
  average: usize,
  squares: usize,
  rate: usize,
  factor: f64,
  momentum: f64,
  from: i32,
  to: i32,
): void {
  if (from == to) return;
  const weights = load<f64>(squares, 8);
  const strength = weights == 0 ? 0 : factor * sqrt(load<f64>(squares) / weights);
  const mean = momentum * load<f64>(average) + (1 - momentum) * strength;
  store<f64>(average, mean);
  store<f32>(decay, <f32>(<f64>load<f32>(rate) * mean));
}
