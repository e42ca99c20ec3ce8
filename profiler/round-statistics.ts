import { mean, median, medianAbsoluteDeviation } from 'simple-statistics';

/** Turns a median absolute deviation into a standard deviation of normal data. */
const MAD_TO_SIGMA = 1.4826;

/** Robust standard deviation as a fraction of the median; 0 where the median is. */
export function robustSpread(values: readonly number[]): number {
  const centre = median([...values]);
  return centre > 0 ? (MAD_TO_SIGMA * medianAbsoluteDeviation([...values])) / centre : 0;
}

/** What several rounds say of one case. */
export interface CaseStatistics {
  /** Median over rounds, each divided by its round's common factor. */
  readonly latencyUs: number;
  /** Robust standard deviation over rounds, as a fraction of the median. */
  readonly spread: number;
  readonly minUs: number;
  readonly rounds: number;
  /** Medians of the even and of the odd rounds: two interleaved passes. */
  readonly passesUs: readonly [number, number];
}

export interface RoundStatistics {
  readonly cases: readonly CaseStatistics[];
  /** Per round: its common factor against the median round; 1.03 is a round 3 % slow. */
  readonly roundFactors: readonly number[];
  /** Largest over smallest round factor, minus 1. */
  readonly drift: number;
  /** Mean of |pass 2 / pass 1 − 1| over the cases, drift corrected; null with fewer than two rounds. */
  readonly repeatability: number | null;
}

/**
 * Common factor of each round: the median over cases of the round's time over the case's median.
 * @param timesUs cases × rounds
 */
export function roundFactors(timesUs: readonly (readonly number[])[]): number[] {
  const rounds = timesUs[0]?.length ?? 0;
  const typical = timesUs.map((times) => median([...times]));
  return Array.from({ length: rounds }, (_, round) =>
    median(timesUs.map((times, index) => (times[round] as number) / (typical[index] as number))),
  );
}

/** @param timesUs cases × rounds, every case in every round, all positive */
export function summarizeRounds(timesUs: readonly (readonly number[])[]): RoundStatistics {
  if (timesUs.length === 0) return { cases: [], roundFactors: [], drift: 0, repeatability: null };
  // One case alone cannot tell drift from noise.
  const factors = timesUs.length === 1 ? (timesUs[0] ?? []).map(() => 1) : roundFactors(timesUs);
  const cases = timesUs.map((times): CaseStatistics => {
    const corrected = times.map((time, round) => time / (factors[round] as number));
    const latencyUs = median(corrected);
    const even = corrected.filter((_, round) => round % 2 === 0);
    const odd = corrected.filter((_, round) => round % 2 === 1);
    return {
      latencyUs,
      spread: robustSpread(corrected),
      minUs: Math.min(...times),
      rounds: times.length,
      passesUs: [median(even), odd.length > 0 ? median(odd) : median(even)],
    };
  });
  return {
    cases,
    roundFactors: factors,
    drift: factors.length > 0 ? Math.max(...factors) / Math.min(...factors) - 1 : 0,
    repeatability: factors.length < 2 ? null : repeatabilityOf(cases),
  };
}

/** Mean of |pass 2 / pass 1 − 1|: no model can predict these measurements better. */
export function repeatabilityOf(cases: readonly Pick<CaseStatistics, 'passesUs'>[]): number {
  return mean(cases.map(({ passesUs: [first, second] }) => Math.abs(second / first - 1)));
}
