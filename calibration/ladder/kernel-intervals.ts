import { costInterval, rateInterval } from '../intervals/intervals.ts';
import { type JackknifeInput, oneStepJackknife } from '../intervals/jackknife.ts';
import { rooflineLogModel, sumLogModel, usedColumns } from '../regression/log-models.ts';
import {
  amounts,
  type ClassCost,
  COST_NAMES,
  type KernelClassModel,
  type KernelSample,
  MIN_CLASS_SAMPLES,
  type RooflineModel,
  rooflineAmounts,
} from './kernel-model.ts';

/**
 * A kernel model with intervals of its parameters, and what it would be otherwise. A cost may be slightly below 0 in
 * those: only changes of predictions count.
 */
export interface Jackknifed<Model> {
  readonly model: Model;
  /** Without one network, by its id. */
  readonly without: ReadonlyMap<string, Model>;
  /** By one load alone. */
  readonly byLoad: readonly Model[];
}

const networkOf = ({ network }: KernelSample, i: number) => network ?? `kernel ${i}`;

/** Loads of the networks that have most of them; those measured in fewer, later, say nothing of loads. */
function loadCount(samples: readonly KernelSample[]): number {
  return samples.reduce((most, { loadsUs }) => Math.max(most, loadsUs?.length ?? 0), 0);
}

function jackknifeInput(samples: readonly KernelSample[], loads: number): JackknifeInput {
  return {
    observations: samples.map(({ latencyUs }) => latencyUs),
    clusters: samples.map(networkOf),
    loads: Array.from({ length: loads }, (_, load) =>
      // Too short for the clock in that load, it says nothing of its own.
      samples.map(({ latencyUs, loadsUs }) => (loadsUs?.length === loads && loadsUs[load]) || latencyUs),
    ),
  };
}

/** Rungs 1 and 2: the networks' kernels left out one network after the other. */
export function jackknifeRoofline(
  samples: readonly KernelSample[],
  model: RooflineModel,
): Jackknifed<RooflineModel> {
  const withOverhead = model.rung === 'overhead';
  const { flops, bytes } = rooflineAmounts(samples);
  const { computeRateGflops: rate, bandwidthGBps: bandwidth, overheadUs: overhead } = model;
  const { shifts, loadShifts, margins } = oneStepJackknife(
    rooflineLogModel(flops, bytes, withOverhead),
    jackknifeInput(samples, loadCount(samples)),
    {
      theta: Float64Array.from(withOverhead ? [rate, bandwidth, overhead] : [rate, bandwidth]),
      sigma: model.kernelError,
    },
  );
  const [ofRate = null, ofBandwidth = null, ofOverhead = null] = margins;
  const intervals = {
    computeRateGflops: ofRate && rateInterval(rate, ofRate),
    bandwidthGBps: ofBandwidth && rateInterval(bandwidth, ofBandwidth),
    ...(withOverhead ? { overheadUs: ofOverhead && costInterval(overhead, ofOverhead) } : {}),
  };
  const moved = (shift: Float64Array): RooflineModel => ({
    ...model,
    // One step in a rate may pass 0; in its logarithm it cannot.
    computeRateGflops: rate * Math.exp((shift[0] as number) / rate),
    bandwidthGBps: bandwidth * Math.exp((shift[1] as number) / bandwidth),
    overheadUs: overhead + (shift[2] ?? 0),
  });
  return {
    model: { ...model, intervals },
    without: new Map([...shifts].map(([id, shift]) => [id, moved(shift)])),
    byLoad: loadShifts.map(moved),
  };
}

function jackknifeClass(
  samples: readonly KernelSample[],
  cost: ClassCost,
  loads: number,
): Jackknifed<ClassCost> {
  const rows = samples.map(({ kernel }) => amounts(kernel));
  const used = usedColumns(
    rows,
    samples.map(({ latencyUs }) => latencyUs),
  );
  const names = used.map((column) => COST_NAMES[column] as (typeof COST_NAMES)[number]);
  const { shifts, loadShifts, margins } = oneStepJackknife(
    sumLogModel(rows, used),
    jackknifeInput(samples, loads),
    {
      theta: Float64Array.from(names, (name) => cost[name]),
      sigma: cost.kernelError,
    },
  );
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

/** Rung 3, as {@link jackknifeRoofline}; classes that were not fitted have no intervals. */
export function jackknifeKernelClasses(
  samples: readonly KernelSample[],
  model: KernelClassModel,
  fallback: Jackknifed<RooflineModel>,
): Jackknifed<KernelClassModel> {
  const byClass = new Map<string, KernelSample[]>();
  const without = new Map<string, Record<string, ClassCost>>();
  samples.forEach((sample, i) => {
    const network = networkOf(sample, i);
    without.set(network, { ...model.classes });
    const { kernelClass } = sample.kernel;
    const list = byClass.get(kernelClass) ?? [];
    byClass.set(kernelClass, list);
    list.push({ ...sample, network });
  });
  const classes = { ...model.classes };
  const byLoad = fallback.byLoad.map(() => ({ ...model.classes }));
  for (const [name, list] of byClass) {
    const cost = model.classes[name];
    if (cost === undefined || list.length < MIN_CLASS_SAMPLES) continue;
    const jackknifed = jackknifeClass(list, cost, byLoad.length);
    classes[name] = jackknifed.model;
    for (const [id, moved] of jackknifed.without)
      (without.get(id) as Record<string, ClassCost>)[name] = moved;
    jackknifed.byLoad.forEach((moved, load) => {
      (byLoad[load] as Record<string, ClassCost>)[name] = moved;
    });
  }
  const withClasses = (each: Record<string, ClassCost>) => ({ ...model, classes: each });
  return {
    model: { ...model, classes, fallback: fallback.model },
    without: new Map([...without].map(([id, each]) => [id, withClasses(each)])),
    byLoad: byLoad.map(withClasses),
  };
}
