// From a fitted kernel model to what a profile holds of its rung: the network model on top, and the errors of both.
import { errorMetricsOf } from '../error-metrics.ts';
import type { KernelModel } from '../ladder/ladder.ts';
import { fitNetworkModel, networkIntervals } from '../ladder/network-model.ts';
import type { Jackknifed } from '../ladder/rung.ts';
import type { RungResult } from '../ladder/rung-result.ts';
import { inLoads, type LoadTimes, networkId } from './load-times.ts';
import { type NetworkSet, predictions, sumOf } from './network-sample.ts';

/**
 * @param loads so that intervals hold what a whole load has in common
 * @param fixedUs of each inference, known beforehand
 */
export function fitRung(
  { model, without, byLoad }: Jackknifed<KernelModel>,
  sets: Record<'fit' | 'choose' | 'report', NetworkSet>,
  loads: LoadTimes | undefined,
  fixedUs: number,
): RungResult {
  const { samples, measuredUs } = sets.fit;
  const sumsBy = (each: KernelModel) => samples.map((sample) => sumOf(each, sample));
  const sums = sumsBy(model);
  const fitted = fitNetworkModel(sums, measuredUs, fixedUs);
  const ids = samples.map(({ record }) => networkId(record));
  const intervals = networkIntervals(fitted, {
    ids,
    measuredUs,
    sums,
    sumsWithout: new Map([...without].map(([id, moved]) => [id, sumsBy(moved)])),
    byLoad: byLoad.map((moved, load) => ({
      sums: sumsBy(moved),
      measuredUs: ids.map((id, i) => {
        const us = measuredUs[i] as number;
        return (loads && inLoads(us, loads.networksUs.get(id))?.[load]) ?? us;
      }),
    })),
  });
  const network = { ...fitted, intervals };
  const metrics = (set: NetworkSet) => errorMetricsOf(predictions(model, network, set), set.measuredUs);
  return { model, network, choose: metrics(sets.choose), report: metrics(sets.report) };
}
