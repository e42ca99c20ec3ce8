// How a session's times are brought to one speed: by how much of the pacer its own networks repeat best.
import { mean } from 'simple-statistics';
import { halfSampleMode, type Paced, type Pacing, pacedUs } from '../../records/pacing.ts';
import { summarizeRounds } from './round-statistics.ts';

/** A sample with the pacer beside it, its load and its round. */
export interface PacedSample extends Paced {
  readonly pacerUs: number | null;
  readonly load: number;
  readonly round: number;
}

/** Exponents to choose from; 0 leaves times as they were taken. */
export const EXPONENTS = [0, 0.25, 0.5, 0.75, 1] as const;

/** Mean standard error of the cases' latencies, as a fraction; infinite where nothing repeats. */
export function meanStandardError(
  samples: readonly (readonly PacedSample[])[],
  pacing: Pacing | null,
): number {
  const { cases } = summarizeRounds(
    samples.map((each) => each.map((sample) => pacedUs(sample, pacing))),
    samples.map((each) => each.map(({ load }) => load)),
    samples.map((each) => each.map(({ round }) => round)),
  );
  const errors = cases.flatMap(({ standardError }) => standardError ?? []);
  return errors.length > 0 ? mean(errors) : Number.POSITIVE_INFINITY;
}

/**
 * The pacing by which these cases repeat best; where the machine's own other work is the noise that is none. A least
 * squares fit of the exponent comes out too small: the pacer's own errors attenuate it.
 * @param samples cases × rounds; later rounds may lack cases
 * @returns null where samples lack the pacer
 */
export function choosePacing(samples: readonly (readonly PacedSample[])[]): Pacing | null {
  const all = samples.flat();
  const pacersUs = all.flatMap(({ pacerUs, perPacer }) =>
    pacerUs === null || perPacer === null ? [] : [pacerUs],
  );
  if (all.length === 0 || pacersUs.length < all.length) return null;
  const referenceUs = halfSampleMode(pacersUs);
  const errors = EXPONENTS.map((exponent) => meanStandardError(samples, { referenceUs, exponent }));
  const exponent = EXPONENTS[errors.indexOf(Math.min(...errors))] ?? 0;
  return { referenceUs, exponent };
}
