// Pearson and Spearman of a study's summary, null where they are undefined.
import { sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import type { Correlation } from '../../records/study.ts';

/** Fewer pairs than this say nothing. */
const MIN_PAIRS = 3;

/** Pearson and Spearman correlation of a column with another; null where undefined. */
export function correlationOf(column: string, x: readonly number[], y: readonly number[]): Correlation {
  if (x.length < MIN_PAIRS) return { column, pearson: null, spearman: null };
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    column,
    pearson: finite(sampleCorrelation([...x], [...y])),
    spearman: finite(sampleRankCorrelation([...x], [...y])),
  };
}
