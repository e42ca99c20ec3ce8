// Which networks a calibration measures, and what each is for.
import { z } from 'zod';
import { SAMPLING_LAWS, type SamplingLaw } from '../../network/sampling.ts';
import { sampleRole } from '../../records/measurements.ts';

/** One network that a calibration measures. */
export const proposedSample = z.object({
  /** Name of the zoo network or file it is drawn from; `probe` networks are their own. */
  network: z.string(),
  sample: z.int().nonnegative(),
  role: sampleRole,
  law: z.enum([...SAMPLING_LAWS, 'full', 'probe', 'grid']),
});
export type ProposedSample = Readonly<z.infer<typeof proposedSample>>;

/** How many networks of each role, over all families. */
export interface SampleCounts {
  readonly fit: number;
  readonly choose: number;
  readonly report: number;
  /** More to fit, where the model is most uncertain after the others. */
  readonly targeted: number;
}

/** In turn, so that any prefix of a role's samples is spread over the laws. */
const LAWS: readonly SamplingLaw[] = ['uniform', 'log-uniform', 'width-multiplier'];

/** Networks to fit per one more whose widths are all aligned. */
const FITS_PER_ALIGNED = 6;

/**
 * Plans from the one that tells most to the least that can be fitted and validated: fewer networks to fit before fewer
 * that are reported, 15 of each law where possible.
 */
export const COUNTS: readonly [SampleCounts, ...SampleCounts[]] = [
  { fit: 45, choose: 12, report: 45, targeted: 9 },
  { fit: 30, choose: 9, report: 45, targeted: 6 },
  { fit: 24, choose: 9, report: 45, targeted: 6 },
  { fit: 18, choose: 6, report: 45, targeted: 6 },
  { fit: 18, choose: 6, report: 30, targeted: 3 },
  { fit: 12, choose: 6, report: 24, targeted: 3 },
  { fit: 12, choose: 6, report: 12, targeted: 0 },
];

/** Plans for the table of one network: more to fit, all of them on the grid of its widths. */
export const TABLE_COUNTS: readonly [SampleCounts, ...SampleCounts[]] = [
  { fit: 64, choose: 9, report: 45, targeted: 0 },
  { fit: 48, choose: 9, report: 30, targeted: 0 },
  { fit: 32, choose: 6, report: 24, targeted: 0 },
  { fit: 24, choose: 6, report: 12, targeted: 0 },
  { fit: 16, choose: 6, report: 12, targeted: 0 },
];

/** Aligned networks beside so many to fit. */
function alignedCount(fit: number): number {
  return Math.ceil(fit / FITS_PER_ALIGNED);
}

/** Networks whose kernels are recorded, the targeted ones left out. */
export function profiledCount({ fit }: SampleCounts): number {
  return fit + alignedCount(fit);
}

/**
 * The networks to measure for the table of one network: to fit, sub-networks on the grid of its widths; to choose and to
 * report, the laws in turn, as for a family.
 */
export function proposeTableSamples(network: string, counts: SampleCounts): ProposedSample[] {
  const fit = Array.from(
    { length: counts.fit },
    (_, sample): ProposedSample => ({ network, sample, role: 'fit', law: 'grid' }),
  );
  const others = proposeSamples([network], counts).filter(({ role }) => role !== 'fit');
  return [...fit, ...others.map((each, k) => ({ ...each, sample: counts.fit + k }))];
}

/** Networks per family, beside the full one, that another family is validated on. */
const OTHERS_PER_LAW = 3;
const FIRST_OTHER = 4000;

/** The networks to validate a profile on families it was not fitted to: the full one and three of each law. */
export function proposeOthers(networks: readonly string[]): ProposedSample[] {
  return networks.flatMap((network) => [
    { network, sample: FIRST_OTHER, role: 'report', law: 'full' } as const,
    ...Array.from({ length: OTHERS_PER_LAW * LAWS.length }, (_, k): ProposedSample => {
      const law = LAWS[k % LAWS.length] as SamplingLaw;
      return { network, sample: FIRST_OTHER + 1 + k, role: 'report', law };
    }),
  ]);
}

/**
 * The networks to measure for a family: three disjoint sets (to fit, to choose the rung, to report), a third of each
 * uniform, a third log-uniform, a third along the width-multiplier path. The full network is among those reported,
 * and the fit has one of its own at full width only through other draws: reporting never sees what was fitted.
 */
export function proposeSamples(networks: readonly string[], counts: SampleCounts): ProposedSample[] {
  const samples: ProposedSample[] = [];
  for (const network of networks) {
    let sample = 0;
    for (const role of ['fit', 'choose', 'report'] as const) {
      const count = Math.max(role === 'fit' ? 6 : 3, Math.round(counts[role] / networks.length));
      for (let k = 0; k < count; k++) {
        const law = LAWS[k % LAWS.length] as SamplingLaw;
        // The full network stands at the end of the width-multiplier path.
        const full = role === 'report' && k === 2;
        samples.push({ network, sample: sample++, role, law: full ? 'full' : law });
      }
    }
    // Random widths are hardly ever aligned all at once, and deployed networks nearly always.
    for (let k = 0; k < alignedCount(counts.fit / networks.length); k++) {
      samples.push({ network, sample: sample++, role: 'fit', law: 'aligned' });
    }
  }
  return samples;
}

/** Sample numbers of candidates begin here, beyond those of any plan. */
const FIRST_CANDIDATE = 1000;
/** Sample numbers of networks that stand for those to predict; they are never measured. */
const FIRST_TARGET = 2000;

const CANDIDATE_LAWS: readonly SamplingLaw[] = [...LAWS, 'aligned'];

/** Networks from which the targeted ones are chosen: of every law, so small, large and aligned kernels too. */
export function proposeCandidates(networks: readonly string[], count: number): ProposedSample[] {
  return Array.from({ length: count }, (_, k) => ({
    network: networks[k % networks.length] as string,
    sample: FIRST_CANDIDATE + k,
    role: 'fit',
    law: CANDIDATE_LAWS[Math.floor(k / networks.length) % CANDIDATE_LAWS.length] as SamplingLaw,
  }));
}

/** Networks as users will predict them, to tell which candidates teach most about these. */
export function proposeTargets(networks: readonly string[], count: number): ProposedSample[] {
  return Array.from({ length: count }, (_, k) => ({
    network: networks[k % networks.length] as string,
    sample: FIRST_TARGET + k,
    role: 'fit',
    law: LAWS[Math.floor(k / networks.length) % LAWS.length] as SamplingLaw,
  }));
}
