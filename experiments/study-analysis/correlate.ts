// Correlations of pairs of columns with intervals; every pair sees the same resamples.
import type { Estimate, PairCorrelation } from '../../records/study-analysis.ts';
import { percentileInterval, resampleCounts } from './bootstrap.ts';
import { midranks, type Ranked, ranked, weightedKendall, weightedPearson } from './weighted-correlations.ts';

/** Fewer pairs than this say nothing. */
const MIN_PAIRS = 3;

const STATISTICS = ['pearson', 'spearman', 'kendall'] as const;
type Statistics = Record<(typeof STATISTICS)[number], number>;

/**
 * Correlations of pairs of columns over the same rows, with percentile bootstrap intervals. All pairs share their
 * resamples.
 * @param columns values by name, all of one length
 * @returns null where a correlation is undefined: fewer than three rows, or a constant
 */
export function correlate(
  columns: ReadonlyMap<string, ArrayLike<number>>,
  pairs: readonly (readonly [x: string, y: string])[],
  options: { resamples: number; seed: number },
): PairCorrelation[] {
  const sorted = new Map([...columns].map(([name, values]) => [name, ranked(values)]));
  const column = (name: string) => {
    const found = sorted.get(name);
    if (found === undefined) throw new Error(`no column ${name} to correlate`);
    return found;
  };
  const couples = pairs.map(([x, y]) => [column(x), column(y)] as const);
  const n = couples[0]?.[0].values.length ?? 0;
  /** Of every pair; what several pairs share is ranked once. */
  const statistics = (counts: Int32Array): Statistics[] => {
    const ranks = new Map<Ranked, Float64Array>();
    for (const each of couples.flat()) if (!ranks.has(each)) ranks.set(each, midranks(each, counts));
    const ranksOf = (each: Ranked) => ranks.get(each) as Float64Array;
    return couples.map(([x, y]) => ({
      pearson: weightedPearson(x.values, y.values, counts),
      spearman: weightedPearson(ranksOf(x), ranksOf(y), counts),
      kendall: weightedKendall(x, y, counts),
    }));
  };
  const once = statistics(new Int32Array(n).fill(1));
  const resampled = Array.from({ length: n < MIN_PAIRS ? 0 : options.resamples }, (_, index) =>
    statistics(resampleCounts(n, options.seed, index)),
  );
  // Rounding makes a correlation even of constants.
  const isConstant = (name: string) => {
    const { values } = column(name);
    return Array.from(values).every((value) => value === values[0]);
  };
  return pairs.map(([x, y], pair) => {
    const estimate = (name: keyof Statistics): Estimate | null => {
      const value = once[pair]?.[name] ?? Number.NaN;
      if (n < MIN_PAIRS || isConstant(x) || isConstant(y) || !Number.isFinite(value)) return null;
      return { value, interval: percentileInterval(resampled.map((all) => all[pair]?.[name] as number)) };
    };
    return {
      x,
      y,
      networks: n,
      pearson: estimate('pearson'),
      spearman: estimate('spearman'),
      kendall: estimate('kendall'),
    };
  });
}
