// How sure a mean of few values is, at every look: an interval that holds however often and whenever one looks.
import { cumulativeStdNormalProbability, mean } from 'simple-statistics';

/** Of the mixing distribution, in standard deviations of a value over the effect that is looked for. */
const MIXTURE = 1;

/**
 * Half the width of the confidence sequence of a normal mean with unknown variance: of all looks together, at most α find
 * the mean outside. By the t-test e-process with a Gaussian mixture over effect sizes (Lai, Ann. Statist. 4, 1976; Wang &
 * Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance", arXiv 2310.03722,
 * theorem 4.7): {m: √(c²/(n + c²)) · ((n + c²)V / ((n + c²)V − S²))^(n/2) < 1/α}, S and V the sums of x − m and of its
 * squares.
 * @returns infinity for fewer values than tell anything
 */
export function halfWidthAt(values: readonly number[], alpha: number): number {
  return halfWidthOf(values.length, squaresOf(values), alpha);
}

/** Squares of the values' distances from their mean, added up. */
export function squaresOf(values: readonly number[]): number {
  const centre = values.length === 0 ? 0 : mean([...values]);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

/** As {@link halfWidthAt}, of so many values whose squares around their mean add up to that. */
export function halfWidthOf(n: number, squares: number, alpha: number): number {
  if (n < 2) return Number.POSITIVE_INFINITY;
  const mixture = MIXTURE ** 2;
  const k = (Math.sqrt((n + mixture) / mixture) / alpha) ** (2 / n);
  const denominator = n * (n + mixture - k * mixture);
  if (denominator <= 0) return Number.POSITIVE_INFINITY;
  return Math.sqrt(((k - 1) * (n + mixture) * squares) / denominator);
}

/**
 * Probability that the mean is below 0, by Student's t with a flat prior. The t distribution by Wallace's normal
 * approximation (Ann. Math. Statist. 30, 1959), which is off by less than 0.003 from three degrees of freedom on.
 */
export function probabilityBelowZero(values: readonly number[]): number {
  const n = values.length;
  const centre = mean([...values]);
  if (n < 2) return centre < 0 ? 1 : centre > 0 ? 0 : 0.5;
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  if (squares === 0) return centre < 0 ? 1 : centre > 0 ? 0 : 0.5;
  const freedom = n - 1;
  const t = centre / Math.sqrt(squares / freedom / n);
  const z =
    Math.sign(t) *
    ((8 * freedom + 1) / (8 * freedom + 3)) *
    Math.sqrt(freedom * Math.log1p(t ** 2 / freedom));
  return cumulativeStdNormalProbability(-z);
}
