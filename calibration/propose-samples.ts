import type { SamplingLaw } from '../network/sampling.ts';
import type { SampleRole } from '../profiler/records.ts';

/** One network that a calibration measures. */
export interface ProposedSample {
  /** Name of the zoo network or file it is drawn from; `probe` networks are their own. */
  readonly network: string;
  readonly sample: number;
  readonly role: SampleRole;
  readonly law: SamplingLaw | 'full' | 'probe';
}

export interface SampleCounts {
  readonly fit: number;
  readonly choose: number;
  readonly report: number;
}

/** In turn, so that any prefix of a role's samples is spread over the laws. */
const LAWS: readonly SamplingLaw[] = ['uniform', 'log-uniform', 'width-multiplier'];

/** Networks to fit per one more whose widths are all aligned. */
const FITS_PER_ALIGNED = 6;

/** What three minutes on two cores allow at 224×224. */
export const DEFAULT_COUNTS: SampleCounts = { fit: 42, choose: 12, report: 33 };

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
    for (let k = 0; k < Math.ceil(counts.fit / networks.length / FITS_PER_ALIGNED); k++) {
      samples.push({ network, sample: sample++, role: 'fit', law: 'aligned' });
    }
  }
  return samples;
}
