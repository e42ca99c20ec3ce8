// Which width multipliers to try against a network, and which of those is as fast.

/** Multipliers that are looked through for the one that is predicted to be as fast. */
const RANGE = [0.05, 2] as const;
const BISECTIONS = 30;
const CANDIDATES = 9;
/** Candidates lie within this share of the predicted one, which the device need not agree with. */
const REACH = 0.2;

/**
 * Multipliers around the one that is predicted to take so long, evenly spaced.
 * @param latencyUs predicted, of a multiplier; rising
 */
export function candidateMultipliers(latencyUs: (multiplier: number) => number, goalUs: number): number[] {
  let [low, high]: readonly [number, number] = RANGE;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (latencyUs(middle) <= goalUs) low = middle;
    else high = middle;
  }
  const spacing = (2 * REACH) / (CANDIDATES - 1);
  return Array.from({ length: CANDIDATES }, (_, index) => low * (1 - REACH + spacing * index));
}

/**
 * The multiplier whose measured latency is closest to the goal, in ratio; the first of equals.
 * @param latenciesUs of each multiplier
 */
export function equallyFast(
  multipliers: readonly number[],
  latenciesUs: readonly number[],
  goalUs: number,
): number {
  const off = latenciesUs.map((latencyUs) => Math.abs(Math.log(latencyUs / goalUs)));
  const found = multipliers[off.indexOf(Math.min(...off))];
  if (found === undefined) throw new Error('no width multiplier was measured');
  return found;
}
