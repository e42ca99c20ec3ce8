// Wild times drawn in before variances are made of them: medians do not move with them, squares would.
import { median } from 'simple-statistics';
import { robustSigma } from '../../records/robust-statistics.ts';
import type { LoadTimes } from './load-estimate.ts';

/** Robust standard deviations from a load's median, as logarithms, beyond which a time is drawn in. */
const MOST_SIGMAS = 3;

/**
 * Times with those that lie more than three robust standard deviations from the median of their load moved there; the larger
 * of the case's own and of all cases' together, since few times tell their own badly. What whole loads differ by stays.
 * @param cases cases × loads × rounds, positive
 */
export function winsorized(cases: readonly LoadTimes[]): LoadTimes[] {
  const logs = cases.map((loads) => loads.map((times) => times.map(Math.log)));
  const centred = logs.map((loads) =>
    loads.flatMap((load) => {
      const centre = median(load);
      return load.length > 1 ? load.map((log) => log - centre) : [];
    }),
  );
  const all = centred.flat();
  const pooled = all.length > 0 ? robustSigma(all) : Number.POSITIVE_INFINITY;
  return logs.map((loads, index) => {
    const own = centred[index] as number[];
    const reach = MOST_SIGMAS * Math.max(pooled, own.length > 0 ? robustSigma(own) : 0);
    return loads.map((load) => {
      const centre = median(load);
      return load.map((log) => Math.exp(Math.max(centre - reach, Math.min(centre + reach, log))));
    });
  });
}
