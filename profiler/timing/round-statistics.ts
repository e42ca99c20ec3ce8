// What several rounds, in several loads, say of each case.
import { mean } from 'simple-statistics';
import { groupBy } from '../../records/group-by.ts';
import { robustSpread } from '../../records/robust-statistics.ts';
import { estimateOf, type LoadTimes } from './load-estimate.ts';
import { loadSlopes, slopeFactor } from './load-slopes.ts';
import { type RoundNumbers, withoutRoundFactors } from './round-factors.ts';
import { type VarianceComponents, varianceComponents } from './variance-components.ts';
import { winsorized } from './winsorize.ts';

/** What several rounds say of one case. */
export interface CaseStatistics {
  /** Median over all rounds, each divided by its round's common factor, weighed by what loads and rounds differ by. */
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
  /** What noise is made of; null where nothing tells. */
  readonly variances: VarianceComponents | null;
}

const everyOther = <T>(values: readonly T[], from: 0 | 1) => values.filter((_, at) => at % 2 === from);

/** Times by load, in the order in which the loads come. */
function byLoad(times: readonly number[], loads: readonly number[] | undefined): LoadTimes {
  const groups = groupBy(times.keys(), (round) => loads?.[round] ?? 0);
  return [...groups.values()].map((rounds) => rounds.map((round) => times[round] as number));
}

/** Even and odd loads, or, loaded once, even and odd rounds. */
function passesOf(loads: LoadTimes): [LoadTimes, LoadTimes] {
  const [only] = loads;
  if (loads.length > 1 || only === undefined) return [everyOther(loads, 0), everyOther(loads, 1)];
  return [[everyOther(only, 0)], only.length > 1 ? [everyOther(only, 1)] : []];
}

/**
 * What rounds say of cases. Where an engine's buffers come to lie makes a network faster or slower for as long as it is
 * loaded, so that rounds of a load are no new evidence on where the next one will lie: how much they count beside loads,
 * the cases' own variances decide. What a load does to all cases by their size is no noise of any of them: kernels that
 * were recorded in it, and every model made of them, had it too. Passes are whole loads for the same reason: what two of them differ by is what two
 * sessions will.
 * @param timesUs cases × times, all positive
 * @param loads cases × times: in which load a time was taken; all in one by default
 */
export function summarizeRounds(
  timesUs: readonly (readonly number[])[],
  loads?: readonly (readonly number[])[],
  rounds?: RoundNumbers,
): RoundStatistics {
  if (timesUs.length === 0)
    return {
      cases: [],
      roundFactors: [],
      drift: 0,
      repeatability: null,
      variances: null,
    };
  const { times, factors } = withoutRoundFactors(timesUs, rounds);
  const slopes = loadSlopes(times, loads ?? []);
  const levelled = times.map((each, index) =>
    each.map((us, at) => us / slopeFactor(slopes, index, loads?.[index]?.[at] ?? 0)),
  );
  const inLoads = times.map((all, index) => byLoad(all, loads?.[index]));
  const noisy = winsorized(levelled.map((all, index) => byLoad(all, loads?.[index])));
  const variances = varianceComponents(noisy);
  const cases = times.map((all, index): CaseStatistics => {
    const own = inLoads[index] as LoadTimes;
    const [first, second] = passesOf(own).map((pass) =>
      pass.length > 0 ? estimateOf(pass, variances).latencyUs : null,
    );
    const { latencyUs } = estimateOf(own, variances);
    const { standardError } = estimateOf(noisy[index] as LoadTimes, variances);
    return {
      latencyUs,
      spread: robustSpread(all),
      standardError,
      minUs: Math.min(...(timesUs[index] as readonly number[])),
      rounds: all.length,
      loads: own.length,
      passesUs: [first ?? latencyUs, second ?? first ?? latencyUs],
    };
  });
  return {
    cases,
    roundFactors: factors,
    drift: factors.length > 0 ? Math.max(...factors) / Math.min(...factors) - 1 : 0,
    repeatability: factors.length < 2 ? null : repeatabilityOf(cases),
    variances,
  };
}

/** Mean of |pass 2 / pass 1 − 1|: what two passes differ by. */
export function repeatabilityOf(cases: readonly Pick<CaseStatistics, 'passesUs'>[]): number {
  return mean(cases.map(({ passesUs: [first, second] }) => Math.abs(second / first - 1)));
}
