// What several rounds, in several loads, say of each case.
import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import { groupBy } from '../../records/group-by.ts';
import { robustSpread } from '../../records/robust-statistics.ts';

/** What several rounds say of one case. */
export interface CaseStatistics {
  /** Median over loads of the median over a load's rounds, each divided by its round's common factor. */
  readonly latencyUs: number;
  /** Robust standard deviation over all rounds, as a fraction of the median. */
  readonly spread: number;
  readonly minUs: number;
  readonly rounds: number;
  /** How often it was loaded. */
  readonly loads: number;
  /**
   * Of the latency, as a fraction: from what loads differ by, or, loaded once, rounds; null where there is one alone.
   */
  readonly standardError: number | null;
  /** Medians of even and of odd loads, or, loaded once, of even and of odd rounds: two interleaved passes. */
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

/** Cases × rounds, drift divided out. One case alone cannot tell drift from noise: it stays as it is. */
function corrected(timesUs: readonly (readonly number[])[]): { times: number[][]; factors: number[] } {
  const factors = timesUs.length === 1 ? (timesUs[0] ?? []).map(() => 1) : roundFactors(timesUs);
  const times = timesUs.map((each) => each.map((time, round) => time / (factors[round] as number)));
  return { times, factors };
}

/** Standard error of a median over that of a mean, of normal data: √(π/2). */
const MEDIAN_ERROR = Math.sqrt(Math.PI / 2);
/** Fewer rounds say nothing of their own spread. */
const MIN_ROUNDS_FOR_ERROR = 3;

/**
 * The largest relative standard error of a case's median over rounds.
 * @param timesUs cases × rounds
 */
export function largestMedianError(timesUs: readonly (readonly number[])[]): number {
  const rounds = timesUs[0]?.length ?? 0;
  if (rounds < MIN_ROUNDS_FOR_ERROR) return Number.POSITIVE_INFINITY;
  const { times } = corrected(timesUs);
  return (MEDIAN_ERROR * Math.max(...times.map(robustSpread))) / Math.sqrt(rounds);
}

/** Times by load, in the order in which the loads come. */
function byLoad(times: readonly number[], loads: readonly number[] | undefined): number[][] {
  const groups = groupBy(times.keys(), (round) => loads?.[round] ?? 0);
  return [...groups.values()].map((rounds) => rounds.map((round) => times[round] as number));
}

/**
 * Variance of the median of n normal values over that of their mean, exact up to n = 10 (Teichroew, Annals of
 * Mathematical Statistics 27, 1956), then its limit π/2.
 */
const MEDIAN_VARIANCE = [1, 1, 1, 1.346, 1.193, 1.434, 1.288, 1.473, 1.346, 1.495, 1.383];

/** Standard error of the median of independent values, as a fraction of it; null for fewer than two. */
export function medianStandardError(values: readonly number[]): number | null {
  const { length } = values;
  if (length < 2) return null;
  const variance = MEDIAN_VARIANCE[length] ?? Math.PI / 2;
  return (sampleStandardDeviation([...values]) * Math.sqrt(variance / length)) / median([...values]);
}

const everyOther = <T>(values: readonly T[], from: 0 | 1) => values.filter((_, at) => at % 2 === from);

/**
 * Where an engine's buffers come to lie makes a network faster or slower for as long as it is loaded. So each load
 * gives one figure, its median over rounds, and the loads' median is the network's: rounds of a load are no new
 * evidence on where the next one will lie. Passes are whole loads for the same reason: what two of them differ by is
 * what two sessions will.
 * @param timesUs cases × rounds, every case in every round, all positive
 * @param loads cases × rounds: in which load a time was taken; all in one by default
 */
export function summarizeRounds(
  timesUs: readonly (readonly number[])[],
  loads?: readonly (readonly number[])[],
): RoundStatistics {
  if (timesUs.length === 0) return { cases: [], roundFactors: [], drift: 0, repeatability: null };
  const { times, factors } = corrected(timesUs);
  const cases = times.map((all, index): CaseStatistics => {
    const groups = byLoad(all, loads?.[index]);
    const medians = groups.map((group) => median(group));
    const figures = medians.length > 1 ? medians : all;
    const odd = everyOther(figures, 1);
    const first = median(everyOther(figures, 0));
    return {
      latencyUs: median(medians),
      spread: robustSpread(all),
      standardError: medianStandardError(figures),
      minUs: Math.min(...(timesUs[index] as readonly number[])),
      rounds: all.length,
      loads: medians.length,
      passesUs: [first, odd.length > 0 ? median(odd) : first],
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
