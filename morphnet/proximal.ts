/**
 * Proximal operator of `amount` · max|v|: v less its projection on the l1 ball of radius `amount` (Parikh & Boyd,
 * Proximal Algorithms, 2014, §6.5.2). For one value it is the soft threshold.
 */
export function proximalOfMax(values: readonly number[], amount: number): number[] {
  if (amount <= 0) return [...values];
  const sizes = values.map(Math.abs);
  if (sizes.reduce((sum, size) => sum + size, 0) <= amount) return values.map(() => 0);
  // The largest are lowered to a common level; what they lose adds up to the amount.
  const sorted = [...sizes].sort((a, b) => b - a);
  let sum = 0;
  let level = 0;
  for (let k = 0; k < sorted.length; k++) {
    sum += sorted[k] as number;
    const candidate = (sum - amount) / (k + 1);
    if (candidate >= (sorted[k + 1] ?? 0)) {
      level = candidate;
      break;
    }
  }
  return values.map((value) => Math.sign(value) * Math.min(Math.abs(value), level));
}
