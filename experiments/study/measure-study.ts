// Measuring the networks of a study: over how many loads, and until when they are sure.
import { measurerOf } from '../../profiler/timing/measurer.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import type { DrawnSample } from '../samples/family.ts';
import { measureSamples } from '../samples/measure-samples.ts';
import { withRate } from './rate.ts';
import type { CompleteStudyOptions, StudyMeasuring } from './study-options.ts';

/**
 * Of a latency: networks that are less sure go on alone. Two passes over a network then differ by 3 % (1.6 standard
 * errors of the whole) on average where all are as unsure as that; most are surer.
 */
const STANDARD_ERROR = 0.02;
/** They are loaded so many times as often, at most. */
const MOST_LOADS = 3;
/** How often each network is loaded where its rounds allow: what is predicted is the median over loads. */
const LOADS = 2;

/** Loads of each network that so many rounds are shared out among. */
export function loadsOf(rounds: number): number {
  return Math.min(LOADS, Math.max(1, Math.floor(rounds / 2)));
}

/**
 * Measures what is not measured yet of these networks, each in the file as soon as it is known.
 * @returns all rows of networks.csv
 */
export async function measureStudy(
  { batch, seed, out, networksPerBlock, onProgress }: CompleteStudyOptions,
  { rounds, engine }: StudyMeasuring,
  samples: readonly DrawnSample[],
): Promise<NetworkRecord[]> {
  return measureSamples({
    measurer: measurerOf(engine),
    samples,
    batch,
    seed,
    out,
    loads: loadsOf(rounds),
    minRounds: rounds,
    maxRounds: rounds,
    precision: { standardError: STANDARD_ERROR, mostLoads: MOST_LOADS * loadsOf(rounds) },
    deadlineMs: performance.now(),
    ...(networksPerBlock === undefined ? {} : { networksPerBlock }),
    ...(onProgress === undefined ? {} : { onProgress: withRate(onProgress, samples.length) }),
  });
}
