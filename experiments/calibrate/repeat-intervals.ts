// Repeated calibrations of one device against the standard errors that they state.
import { median, sampleStandardDeviation } from 'simple-statistics';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import type { Interval } from '../../calibration/intervals/intervals.ts';
import { UserError } from '../../records/user-error.ts';

/** How far repeated calibrations differ in one parameter, in units of the standard errors that they state. */
export interface RepeatedParameter {
  readonly parameter: string;
  /** Profiles that have it with an interval. */
  readonly repeats: number;
  /** Standard deviation of (θᵢ − θ̄) / seᵢ; 1 where the standard errors are right. */
  readonly deviation: number;
  /** The same with each session's speed, told by its sentinel, divided out. */
  readonly driftCorrected: number;
}

interface Estimate {
  readonly value: number;
  readonly interval: Interval | undefined;
  /** Power of the sentinel's time that it grows with: 1 for times, −1 for rates, 0 for ratios. */
  readonly power: -1 | 0 | 1;
}

function estimatesOf({ roofline, rungs }: DeviceProfile): Map<string, Estimate> {
  const estimates = new Map<string, Estimate>();
  const { intervals } = roofline;
  const rate = (name: 'computeRateGflops' | 'bandwidthGBps') =>
    estimates.set(name, { value: roofline[name], interval: intervals?.[name], power: -1 });
  rate('computeRateGflops');
  rate('bandwidthGBps');
  estimates.set('overheadUs', { value: roofline.overheadUs, interval: intervals?.overheadUs, power: 1 });
  for (const { model, network } of rungs) {
    const { scale, perKernelUs } = network;
    const of = network.intervals;
    estimates.set(`${model.rung}: network scale`, { value: scale, interval: of?.scale, power: 0 });
    estimates.set(`${model.rung}: perKernelUs`, { value: perKernelUs, interval: of?.perKernelUs, power: 1 });
    if (model.rung !== 'kernel-class') continue;
    for (const [name, cost] of Object.entries(model.classes)) {
      for (const [parameter, interval] of Object.entries(cost.intervals ?? {})) {
        const value = cost[parameter as keyof NonNullable<typeof cost.intervals>];
        estimates.set(`${name}: ${parameter}`, { value, interval, power: 1 });
      }
    }
  }
  return estimates;
}

/** Standard deviation of (θᵢ − θ̄) / seᵢ, with what estimating θ̄ takes from it given back. */
function standardized(values: readonly number[], errors: readonly number[]): number {
  const weights = errors.map((error) => error ** -2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = values.reduce((sum, value, i) => sum + (weights[i] as number) * value, 0) / total;
  return sampleStandardDeviation(values.map((value, i) => (value - centre) / (errors[i] as number)));
}

/**
 * Compares repeated calibrations of one device with the intervals they state, parameter by parameter.
 * @throws UserError for fewer than three profiles
 */
export function repeatedIntervals(profiles: readonly DeviceProfile[]): RepeatedParameter[] {
  if (profiles.length < 3) {
    throw new UserError({
      got: `${profiles.length} calibrations`,
      expected: 'at least 3 of one device',
      fix: 'repeat the calibration into other folders',
    });
  }
  const typicalUs = median(profiles.map(({ sentinelUs = 1 }) => sentinelUs));
  const all = profiles.map(estimatesOf);
  const names = new Set(all.flatMap((estimates) => [...estimates.keys()]));
  return [...names].flatMap((parameter): RepeatedParameter[] => {
    const found = all.flatMap((estimates, i) => {
      const estimate = estimates.get(parameter);
      const error = estimate?.interval?.standardError ?? 0;
      if (estimate === undefined || error === 0) return [];
      const slower = (profiles[i]?.sentinelUs ?? typicalUs) / typicalUs;
      return [{ value: estimate.value, error, factor: slower ** -estimate.power }];
    });
    if (found.length < 3) return [];
    const errors = found.map(({ error }) => error);
    return [
      {
        parameter,
        repeats: found.length,
        deviation: standardized(
          found.map(({ value }) => value),
          errors,
        ),
        driftCorrected: standardized(
          found.map(({ value, factor }) => value * factor),
          found.map(({ error, factor }) => error * factor),
        ),
      },
    ];
  });
}
