// Fits what kernels of one class cost, tells how surely, and guesses where there are too few.
import { median, quantile } from 'simple-statistics';
import { costInterval } from '../intervals/intervals.ts';
import { oneStepJackknife } from '../intervals/jackknife.ts';
import { sumLogModel, usedColumns } from '../regression/log-models.ts';
import { robustLogFit } from '../regression/robust-log-fit.ts';
import { amounts, type ClassCost, COST_NAMES } from './class-cost.ts';
import type { KernelSample } from './kernel-sample.ts';
import { predictRoof, type Roof } from './roof.ts';
import type { Jackknifed } from './rung.ts';
import { jackknifeInput } from './sample-clusters.ts';

/** A class needs this many samples for costs of its own. */
export const MIN_CLASS_SAMPLES = 4;

/** Amounts and times of the samples, and which costs these can tell apart. */
function problemOf(samples: readonly KernelSample[]) {
  const rows = samples.map(({ kernel }) => amounts(kernel));
  const times = samples.map(({ latencyUs }) => latencyUs);
  const used = usedColumns(rows, times);
  return { rows, times, used, model: sumLogModel(rows, used) };
}

/** @param samples of the class, at least {@link MIN_CLASS_SAMPLES} */
export function fitClassCost(samples: readonly KernelSample[]): ClassCost {
  const { rows, times, used, model } = problemOf(samples);
  const start = used.map((column) => {
    if (column === 0) return Math.max(1e-3, quantile(times, 0.05) / 2);
    const share = rows.map((row, i) => (times[i] as number) / Math.max(1e-9, row[column] as number));
    return Math.max(1e-6, quantile(share, 0.1) / used.length);
  });
  const { theta, sigma } = robustLogFit(model, times, start);
  const cost = (column: number) => {
    const at = used.indexOf(column);
    return at < 0 ? 0 : (theta[at] as number);
  };
  return {
    overheadUs: cost(0),
    usPerMflop: cost(1),
    inputUsPerMB: cost(2),
    outputUsPerMB: cost(3),
    weightUsPerMB: cost(4),
    unfoldedUsPerMB: cost(5),
    samples: samples.length,
    kernelError: sigma,
  };
}

/** Of a class with too few samples to fit: the roof's terms, scaled to what was seen. */
export function scaledRoofCost(samples: readonly KernelSample[], roof: Roof): ClassCost {
  const factor = median(
    samples.map(({ kernel, latencyUs }) => latencyUs / predictRoof(roof, kernel).latencyUs),
  );
  const computes = samples.some(({ kernel }) => kernel.flops > 0);
  const bytesUsPerMB = computes ? 0 : (1e3 / roof.bandwidthGBps) * factor;
  return {
    overheadUs: roof.overheadUs * factor,
    usPerMflop: (1e3 / roof.computeRateGflops) * factor,
    inputUsPerMB: bytesUsPerMB,
    outputUsPerMB: bytesUsPerMB,
    weightUsPerMB: 0,
    unfoldedUsPerMB: 0,
    samples: samples.length,
    kernelError: 1,
  };
}

/**
 * The networks left out of a class's samples one after the other.
 * @param samples that the cost was fitted to
 * @param loads of all samples, whatever their class
 */
export function jackknifeClassCost(
  samples: readonly KernelSample[],
  cost: ClassCost,
  loads: number,
): Jackknifed<ClassCost> {
  const { used, model } = problemOf(samples);
  const names = used.map((column) => COST_NAMES[column] as (typeof COST_NAMES)[number]);
  const { shifts, loadShifts, margins } = oneStepJackknife(model, jackknifeInput(samples, loads), {
    theta: Float64Array.from(names, (name) => cost[name]),
    sigma: cost.kernelError,
  });
  const intervals: NonNullable<ClassCost['intervals']> = {};
  names.forEach((name, j) => {
    const margin = margins[j] ?? null;
    intervals[name] = margin && costInterval(cost[name], margin);
  });
  const moved = (shift: Float64Array): ClassCost => {
    const result = { ...cost };
    names.forEach((name, j) => {
      result[name] = cost[name] + (shift[j] as number);
    });
    return result;
  };
  return {
    model: { ...cost, intervals },
    without: new Map([...shifts].map(([id, shift]) => [id, moved(shift)])),
    byLoad: loadShifts.map(moved),
  };
}
