// Proximal operators of the largest of some values and of their L2 norm, each over a scale of its own.
/**
 * Proximal operator of `amount` · max(v[i] / scales[i]) for v ≥ 0: the largest are lowered to a common level times
 * their scale, such that what they lose, each times its scale, adds up to the amount (Parikh & Boyd, Proximal
 * Algorithms, 2014, §6.5.2, with scales). For one value of scale 1 it is the soft threshold.
 * @param scales positive; 1 by default
 */
export function proximalOfMax(
  values: readonly number[],
  amount: number,
  scales: readonly number[] = values.map(() => 1),
): number[] {
  if (amount <= 0) return [...values];
  const scaleOf = (i: number) => scales[i] as number;
  const ratio = (i: number) => (values[i] as number) / scaleOf(i);
  const order = values.map((_, i) => i).sort((a, b) => ratio(b) - ratio(a));
  let product = 0;
  let squares = 0;
  let level = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k] as number;
    product += scaleOf(i) * (values[i] as number);
    squares += scaleOf(i) ** 2;
    level = (product - amount) / squares;
    const next = order[k + 1];
    if (next === undefined || level >= ratio(next)) break;
  }
  return values.map((value, i) => Math.min(value, Math.max(0, level * scaleOf(i))));
}

/**
 * Proximal operator of `amount` · √Σ(v[i] / scales[i])²; with one scale the block soft threshold. The stationary point
 * is v[i] · scale² / (scale² + λ), λ found by bisection.
 * @param scales positive; 1 by default
 */
export function proximalOfL2(
  values: readonly number[],
  amount: number,
  scales: readonly number[] = values.map(() => 1),
): number[] {
  if (amount <= 0) return [...values];
  const scaleOf = (i: number) => scales[i] as number;
  const limit = Math.hypot(...values.map((value, i) => value * scaleOf(i)));
  if (amount >= limit) return values.map(() => 0);
  const at = (lambda: number) =>
    values.map((value, i) => (value * scaleOf(i) ** 2) / (scaleOf(i) ** 2 + lambda));
  const lost = (lambda: number) => lambda * Math.hypot(...at(lambda).map((value, i) => value / scaleOf(i)));
  let low = 0;
  let high = 1;
  while (lost(high) < amount) high *= 2;
  for (let step = 0; step < 100 && high - low > 1e-15 * high; step++) {
    const middle = (low + high) / 2;
    if (lost(middle) < amount) low = middle;
    else high = middle;
  }
  return at(high);
}
