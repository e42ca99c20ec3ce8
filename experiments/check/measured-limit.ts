// A network measured against its baseline until a limit of the ratio is decided, or the time is spent.
import type { Device } from '../../calibration/device-profile.ts';
import { staleness } from '../../calibration/profile-match.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import type { Outcome } from '../../records/budget.ts';
import type { ComparisonResult } from '../../records/comparison.ts';
import type { MachineDescription } from '../../records/machine-description.ts';
import { oneLine } from '../../records/one-line.ts';
import { UserError } from '../../records/user-error.ts';
import { type Contestant, compareNetworks } from '../compare/compare-networks.ts';
import type { ProgressListener } from '../progress.ts';

export interface MeasuredLimit {
  readonly measurer: Measurer;
  readonly baseline: Contestant;
  readonly network: Contestant;
  readonly batch: number;
  readonly seed: number;
  /** Of the network's time over the baseline's. */
  readonly atMost: number;
  readonly budgetSeconds: number;
  readonly onProgress?: ProgressListener;
}

/** What is known of a ratio: null where too few loads tell anything. */
interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

/** By the whole interval, which holds at every look: of kept limits at most 5 % are not, nor of broken ones. */
export function verdictOf({ low, high }: Interval, atMost: number): Outcome['verdict'] {
  if (high !== null && high <= atMost) return 'kept';
  return low !== null && low > atMost ? 'broken' : 'inconclusive';
}

/** Ratios nearer to a limit than this are not told from it in any time that CI has. */
const LEAST_GAP = 0.002;
/** Loads before an interval is of use, of which each costs about the same. */
const FIRST_LOADS = 8;

/** What would decide a limit that a comparison left open: intervals narrow with the root of time. */
export function decidedBy(
  {
    ratio,
    low,
    high,
    loads,
    seconds,
  }: Pick<ComparisonResult, 'ratio' | 'low' | 'high' | 'loads' | 'seconds'>,
  atMost: number,
): string {
  const minutes = (needed: number) => `${Math.max(1, Math.ceil(needed / 60))}m`;
  const gap = Math.abs(Math.log(atMost / ratio));
  if (gap < LEAST_GAP)
    return `another limit: the ratio is as good as this one (${ratio.toFixed(4)}), and no time tells them apart`;
  if (low === null || high === null || loads < FIRST_LOADS)
    return `--budget ${minutes((2 * FIRST_LOADS * seconds) / Math.max(1, loads))}: ${loads} loads in ${seconds.toFixed(0)} s are too few`;
  const half = Math.log(high / low) / 2;
  return `--budget ${minutes(1.5 * seconds * (half / gap) ** 2)}, if the ratio stays ${ratio.toFixed(3)}`;
}

/** Measures until the interval lies on one side of the limit. */
export async function measureLimit({
  measurer,
  baseline,
  network,
  batch,
  seed,
  atMost,
  budgetSeconds,
  onProgress,
}: MeasuredLimit): Promise<Pick<Outcome, 'got' | 'verdict' | 'low' | 'high' | 'seconds' | 'decided_by'>> {
  const result = await compareNetworks({
    measurer,
    a: baseline,
    b: network,
    batch,
    seed,
    // The limit decides when to end, not a precision.
    precision: LEAST_GAP,
    budgetSeconds,
    isEnough: (known) => verdictOf(known, atMost) !== 'inconclusive',
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const { ratio, low, high, seconds } = result;
  const verdict = verdictOf(result, atMost);
  const decided_by = verdict === 'inconclusive' ? decidedBy(result, atMost) : null;
  return { got: ratio, verdict, low, high, seconds, decided_by };
}

/**
 * Checks that a device profile is of the machine that measures.
 * @param title the entry as messages name it
 * @throws UserError for a datasheet, and for a profile of another engine, machine or setting
 */
export function checkMeasuredHere(
  device: Device,
  { description }: Pick<Measurer, 'description'>,
  machine: MachineDescription,
  title: string,
): void {
  const fix = 'calibrate here, or give the measured limit an entry of its own without "device"';
  const refused = (got: string) =>
    new UserError({
      got: `measured_latency_ratio of ${oneLine(title)} on ${oneLine(got)}`,
      expected: 'a device profile of the machine that measures',
      fix,
    });
  if (device.kind === 'datasheet') throw refused(`${device.name}, a datasheet`);
  const others = staleness(device, description, machine).filter((text) => !text.startsWith('version '));
  if (others.length > 0) throw refused(`${device.name}: ${others.join('; ')}`);
}
