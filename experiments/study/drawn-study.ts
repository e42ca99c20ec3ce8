// The networks of a study before anything is predicted or measured: which samples, their widths, which are measured.
import { UserError } from '../../records/user-error.ts';
import { type DrawnSample, type Family, familyOf } from '../samples/family.ts';
import { drawsOf } from './draw.ts';
import { samplesOf } from './shard.ts';
import type { CompleteStudyOptions, StudyMeasuring } from './study-options.ts';

export interface DrawnStudy {
  readonly family: Family;
  /** Rows of study.csv: all samples, or those of the shard. */
  readonly samples: readonly number[];
  /** Group widths of a sample. */
  readonly widthsOf: (sample: number) => Int32Array;
  /** The samples to measure. */
  readonly toMeasure: readonly DrawnSample[];
}

/**
 * Draws a study; the same options give the same networks.
 * @throws UserError for files that do not fit the law or the network, or more to measure than there are
 */
export function drawStudy(
  options: Omit<CompleteStudyOptions, 'measure'> & {
    readonly measure?: Pick<StudyMeasuring, 'count'> & Partial<StudyMeasuring>;
  },
): DrawnStudy {
  const { network, samples, law, shard, measure } = options;
  const count = measure?.count ?? 0;
  const family = familyOf(network);
  const widthsOf = drawsOf(family.plan, options);
  if (count > samples) {
    throw new UserError({
      got: `--measure ${count} of ${samples} samples`,
      expected: 'at most as many as are drawn',
      fix: 'lower it or raise --samples',
    });
  }
  const toMeasure = samplesOf(count, shard).map(
    (sample): DrawnSample => ({
      proposed: { network: network.name, sample, role: 'report', law },
      family,
      widths: widthsOf(sample),
    }),
  );
  return { family, samples: samplesOf(samples, shard), widthsOf, toMeasure };
}
