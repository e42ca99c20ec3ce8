import type { RungResult } from '../device-profile.ts';
import { errorMetricsOf } from '../error-metrics.ts';
import { inLoads, type LoadTimes, networkId } from '../fit/load-times.ts';
import { type NetworkSet, predictions, sumOf } from '../fit/network-sample.ts';
import type { Jackknifed } from './kernel-intervals.ts';
import {
  fitKernelClasses,
  fitRoofline,
  fitTables,
  type KernelClassModel,
  type KernelModel,
  type KernelSample,
  predictKernel,
} from './kernel-model.ts';
import { fitLayerTables } from './layer-tables.ts';
import { fitNetworkModel, networkIntervals } from './network-model.ts';

/**
 * Sums of whole networks by changed kernel models, in which each kernel is as far from the jackknifed model as it is by
 * `model`.
 */
function movedSums(model: KernelModel, base: KernelModel, set: NetworkSet) {
  const factors = set.samples.map(({ kernels }) =>
    kernels.map((kernel) => predictKernel(model, kernel).latencyUs / predictKernel(base, kernel).latencyUs),
  );
  return (moved: KernelModel) =>
    set.samples.map(({ kernels }, i) => {
      let kernelsUs = 0;
      kernels.forEach((kernel, k) => {
        kernelsUs += ((factors[i] as number[])[k] as number) * predictKernel(moved, kernel).latencyUs;
      });
      return { kernelsUs, kernels: kernels.length };
    });
}

/** @param jackknifed the model itself, or for a table the one below it */
export function fitRung(
  model: KernelModel,
  jackknifed: Jackknifed<KernelModel>,
  sets: Record<'fit' | 'choose' | 'report', NetworkSet>,
  loads: LoadTimes | undefined,
  fixedUs: number,
): RungResult {
  const { samples, measuredUs } = sets.fit;
  const sums = samples.map((sample) => sumOf(model, sample));
  const fitted = fitNetworkModel(sums, measuredUs, fixedUs);
  const sumsBy = movedSums(model, jackknifed.model, sets.fit);
  const ids = samples.map(({ record }) => networkId(record));
  const intervals = networkIntervals(fitted, {
    ids,
    measuredUs,
    sums,
    sumsWithout: new Map([...jackknifed.without].map(([id, moved]) => [id, sumsBy(moved)])),
    byLoad: jackknifed.byLoad.map((moved, load) => ({
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

/**
 * Rungs above the kernel classes.
 * @param byLayer whether the samples are of one network, whose kernels may have tables of their own
 */
export function fitRicher(
  samples: readonly KernelSample[],
  classes: KernelClassModel,
  byLayer: boolean,
): KernelModel[] {
  const table = fitTables(samples, classes);
  return byLayer ? [table, fitLayerTables(samples, table)] : [table];
}

/** The ladder, from the simplest rung to the richest. */
export function fitLadder(samples: readonly KernelSample[], byLayer: boolean): KernelModel[] {
  const overhead = fitRoofline(samples, true);
  const classes = fitKernelClasses(samples, overhead);
  return [fitRoofline(samples, false), overhead, classes, ...fitRicher(samples, classes, byLayer)];
}
