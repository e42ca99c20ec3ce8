// How well a profile predicts families that nothing was fitted to.

import type { DeviceProfile, OtherFamily } from '../../calibration/device-profile.ts';
import { errorMetricsOf } from '../../calibration/error-metrics.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { groupBy } from '../../records/group-by.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import type { DrawnSample } from '../samples/family.ts';

/** A measured network of another family, without drift. */
export interface OtherSample {
  readonly record: NetworkRecord;
  readonly drawn: DrawnSample;
}

/** How well a profile predicts families it was not fitted to, with the kernel classes that it never saw named. */
export function validateOthers(
  profile: DeviceProfile,
  samples: readonly OtherSample[],
): Record<string, OtherFamily> {
  const families = groupBy(samples, ({ drawn }) => drawn.family);
  const device = { kind: 'measured', name: profile.name, profile } as const;
  return Object.fromEntries(
    [...families].map(([{ network, plan }, list]): [string, OtherFamily] => {
      const predictor = latencyPredictor(plan, device, { batch: profile.settings.batch });
      const predicted = list.map(({ drawn }) => predictor.latencyUs(drawn.widths));
      const measured = list.map(({ record }) => record.latency_us);
      const full = list.findIndex(({ record }) => record.law === 'full');
      return [
        network.name,
        {
          ...errorMetricsOf(predicted, measured),
          full: full < 0 ? null : (predicted[full] as number) / (measured[full] as number) - 1,
          unseenClasses: [
            ...new Set(list.flatMap(({ drawn }) => predictor.detail(drawn.widths).unseenClasses)),
          ].sort(),
        },
      ];
    }),
  );
}
