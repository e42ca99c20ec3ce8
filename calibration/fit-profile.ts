import { mean, median } from 'simple-statistics';
import type { ChannelPlan } from '../network/channel-plan.ts';
import type { Kernel } from '../network/lowering/kernel.ts';
import { Lowering } from '../network/lowering/lower.ts';
import { rulesNamed } from '../network/lowering/rules.ts';
import { MorphNetView } from '../network/morph-net-view.ts';
import type { Network } from '../network/network.ts';
import { UserError } from '../network/user-error.ts';
import type { KernelRecord, NetworkRecord } from '../profiler/records.ts';
import { compareRungs, type RungComparison, simplestWithinNoise } from './choose-rung.ts';
import { datasheetDevice } from './datasheet-devices.ts';
import { DEVICE_SCHEMA, type DeviceProfile, type RungResult, type Validation } from './device-profile.ts';
import { type ErrorMetrics, errorMetricsOf } from './error-metrics.ts';
import { type Jackknifed, jackknifeKernelClasses, jackknifeRoofline } from './kernel-intervals.ts';
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
import { inLoads, type LoadRecords, type LoadTimes, loadTimes, networkId } from './load-times.ts';
import {
  fitNetworkModel,
  fixedCostUs,
  type NetworkModel,
  networkIntervals,
  networkLatencyUs,
} from './network-model.ts';
import { kernelOf } from './recorded-kernel.ts';
import { smoothingGaps } from './smoothing-gap.ts';

/** A measured network with what predictions need of it. */
export interface NetworkSample {
  readonly record: NetworkRecord;
  /** As the lowering rules make them at the sample's widths. */
  readonly kernels: readonly Kernel[];
  /** In µs, on the p100 and v100 datasheets, morph-net view. */
  readonly datasheetUs: { readonly p100: number; readonly v100: number };
}

/** Above this, a session says that it is invalid. */
export const REPEATABILITY_LIMIT = 0.04;
/** Of the networks to fit, each part is predicted by a fit to the others: more networks to choose a rung by. */
const FOLDS = 3;

/** Lowerings that samples of one network share: planning its channels takes longer than lowering one. */
const lowerings = new WeakMap<Network, Map<string, Lowering>>();

function loweringOf(network: Network, rules: string, batch: number): Lowering {
  const known = lowerings.get(network) ?? new Map<string, Lowering>();
  lowerings.set(network, known);
  const key = `${rules} ${batch}`;
  const lowering = known.get(key) ?? new Lowering(network, rulesNamed(rules), batch);
  known.set(key, lowering);
  return lowering;
}

/** The sample at its widths: lowered kernels and datasheet latencies. */
export function networkSample(
  record: NetworkRecord,
  network: Network,
  plan: ChannelPlan,
  widths: Int32Array,
  rules: string,
  batch: number,
): NetworkSample {
  const ns = new Float64Array(2);
  const roofs = ['p100', 'v100'].map((name) => datasheetDevice(name) as never);
  new MorphNetView(plan, batch).totals(widths, roofs, ns);
  return {
    record,
    kernels: loweringOf(network, rules, batch).kernels(widths),
    datasheetUs: { p100: (ns[0] as number) / 1e3, v100: (ns[1] as number) / 1e3 },
  };
}

/** Latencies of all blocks on one scale: each divided by how slow its sentinel was. */
export function driftCorrectedUs(records: readonly NetworkRecord[]): number[] {
  if (records.length === 0) return [];
  const typical = median(records.map(({ sentinel_us }) => sentinel_us));
  return records.map(({ latency_us, sentinel_us }) => (latency_us * typical) / sentinel_us);
}

interface NetworkSet {
  readonly samples: readonly NetworkSample[];
  readonly measuredUs: readonly number[];
}

function sumOf(model: KernelModel, sample: NetworkSample) {
  let kernelsUs = 0;
  for (const kernel of sample.kernels) kernelsUs += predictKernel(model, kernel).latencyUs;
  return { kernelsUs, kernels: sample.kernels.length };
}

function predictions(model: KernelModel, network: NetworkModel, set: NetworkSet): number[] {
  return set.samples.map((sample) => networkLatencyUs(network, sumOf(model, sample)));
}

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
function fitRung(
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

/** Error of a figure that only needs scaling: the factor is the median ratio on the networks of the fit. */
function scaledBaseline(of: (sample: NetworkSample) => number, fit: NetworkSet, report: NetworkSet): number {
  const factor = median(fit.samples.map((sample, i) => (fit.measuredUs[i] as number) / of(sample)));
  return errorMetricsOf(
    report.samples.map((sample) => factor * of(sample)),
    report.measuredUs,
  ).mape;
}

function validate(rung: RungResult, sets: Record<'fit' | 'choose' | 'report', NetworkSet>): Validation {
  const { fit, report } = sets;
  const predicted = predictions(rung.model, rung.network, report);
  const laws: Record<string, ErrorMetrics> = {};
  for (const law of new Set(report.samples.map(({ record }) => record.law))) {
    const indices = report.samples.flatMap(({ record }, i) => (record.law === law ? [i] : []));
    laws[law] = errorMetricsOf(
      indices.map((i) => predicted[i] as number),
      indices.map((i) => report.measuredUs[i] as number),
    );
  }
  const repeatability = mean(
    report.samples.map(({ record: { pass_1_us, pass_2_us } }) => Math.abs(pass_2_us / pass_1_us - 1)),
  );
  return {
    ...rung.report,
    repeatability,
    valid: repeatability <= REPEATABILITY_LIMIT,
    laws,
    baselines: {
      flops: scaledBaseline(({ record }) => record.flops, fit, report),
      p100: scaledBaseline(({ datasheetUs }) => datasheetUs.p100, fit, report),
      v100: scaledBaseline(({ datasheetUs }) => datasheetUs.v100, fit, report),
    },
  };
}

function domainOf(samples: readonly KernelSample[]): DeviceProfile['domain'] {
  const domain: DeviceProfile['domain'] = {};
  for (const { kernel } of samples) {
    const { kernelClass, inputChannels, outputChannels, output } = kernel;
    const pixels = output.height * output.width;
    const widen = (range: readonly [number, number] | undefined, value: number): [number, number] => [
      Math.min(range?.[0] ?? value, value),
      Math.max(range?.[1] ?? value, value),
    ];
    const seen = domain[kernelClass];
    domain[kernelClass] = {
      samples: (seen?.samples ?? 0) + 1,
      inputChannels: widen(seen?.inputChannels, inputChannels),
      outputChannels: widen(seen?.outputChannels, outputChannels),
      outputPixels: widen(seen?.outputPixels, pixels),
    };
  }
  return domain;
}

/**
 * Rungs above the kernel classes.
 * @param byLayer whether the samples are of one network, whose kernels may have tables of their own
 */
function fitRicher(
  samples: readonly KernelSample[],
  classes: KernelClassModel,
  byLayer: boolean,
): KernelModel[] {
  const table = fitTables(samples, classes);
  return byLayer ? [table, fitLayerTables(samples, table)] : [table];
}

/** The ladder, from the simplest rung to the richest. */
function fitLadder(samples: readonly KernelSample[], byLayer: boolean): KernelModel[] {
  const overhead = fitRoofline(samples, true);
  const classes = fitKernelClasses(samples, overhead);
  return [fitRoofline(samples, false), overhead, classes, ...fitRicher(samples, classes, byLayer)];
}

const logErrors = (model: KernelModel, network: NetworkModel, set: NetworkSet) =>
  predictions(model, network, set).map((us, i) => Math.abs(Math.log(us / (set.measuredUs[i] as number))));

/** Errors of each rung on networks that it was not fitted to: those kept for choosing, and the others in turn. */
function heldOutErrors(
  rungs: readonly RungResult[],
  samples: readonly KernelSample[],
  { fit, choose }: Record<'fit' | 'choose', NetworkSet>,
  byLayer: boolean,
  fixedUs: number,
): number[][] {
  const errors = rungs.map(({ model, network }) => logErrors(model, network, choose));
  for (let fold = 0; fold < FOLDS; fold++) {
    const part = (held: boolean): NetworkSet => {
      const indices = fit.samples.flatMap((_, i) => ((i % FOLDS === fold) === held ? [i] : []));
      return {
        samples: indices.map((i) => fit.samples[i] as NetworkSample),
        measuredUs: indices.map((i) => fit.measuredUs[i] as number),
      };
    };
    const [held, others] = [part(true), part(false)];
    const left = new Set(held.samples.map(({ record }) => networkId(record)));
    const models = fitLadder(
      samples.filter(({ network }) => !left.has(network as string)),
      byLayer,
    );
    models.forEach((model, rung) => {
      const sums = others.samples.map((sample) => sumOf(model, sample));
      errors[rung]?.push(...logErrors(model, fitNetworkModel(sums, others.measuredUs, fixedUs), held));
    });
  }
  return errors;
}

/** The simplest rung within noise of the best, and why. */
function choose(rungs: readonly RungResult[]): { chosen: RungResult; reason: string } {
  const comparisons = rungs.map(({ comparison }) => comparison as RungComparison);
  const chosen = rungs[simplestWithinNoise(comparisons)] as RungResult;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const list = comparisons.map(
    ({ error, excess, standardError }, i) =>
      `${rungs[i]?.model.rung} ${percent(error)}${excess > 0 ? ` (${percent(excess)} ± ${percent(standardError)} worse)` : ''}`,
  );
  return {
    chosen,
    reason: `the simplest within one standard error of the best on ${comparisons[0]?.networks} networks it was not fitted to: ${list.join(', ')}`,
  };
}

/** Σ of the recorded kernels of networks, and their whole latencies, of those that have any. */
function recordedSums(
  kernels: readonly KernelRecord[],
  networks: readonly NetworkRecord[],
  latenciesUs: readonly number[],
) {
  const sums = new Map<string, { kernelsUs: number; kernels: number }>();
  for (const kernel of kernels) {
    const id = networkId(kernel);
    const sum = sums.get(id) ?? { kernelsUs: 0, kernels: 0 };
    sum.kernelsUs += kernel.latency_us;
    sum.kernels++;
    sums.set(id, sum);
  }
  return networks.flatMap((record, i) => {
    const sum = sums.get(networkId(record));
    return sum === undefined ? [] : [{ ...sum, latencyUs: latenciesUs[i] as number }];
  });
}

function kernelSamples(kernels: readonly KernelRecord[], loads: LoadTimes | undefined): KernelSample[] {
  const seen = new Map<string, number>();
  return kernels.flatMap((record): KernelSample[] => {
    const id = networkId(record);
    const at = seen.get(id) ?? 0;
    seen.set(id, at + 1);
    const { role, latency_us: latencyUs } = record;
    if ((role !== 'fit' && role !== 'probe') || latencyUs <= 0) return [];
    const loadsUs = inLoads(latencyUs, loads?.kernelsUs.get(id)?.[at]);
    return [
      { kernel: kernelOf(record), latencyUs, network: id, ...(loadsUs === undefined ? {} : { loadsUs }) },
    ];
  });
}

export type ProfileContext = Pick<DeviceProfile, 'name' | 'engine' | 'machine' | 'measuredAt' | 'settings'>;

/** Fewer of a role than this, and there is nothing to fit, choose or report with. */
const MIN_NETWORKS = { fit: 4, choose: 2, report: 2 } as const;

/**
 * Fits the ladder to recorded measurements and validates it: kernel models on the kernels of `fit` and `probe`
 * networks, network models on whole `fit` networks, the rung chosen on `choose` and, cross-validated, on `fit`, the error
 * reported on `report`.
 * @param loadRecords times by load, so that intervals hold what a whole load has in common
 * @param probes their whole latencies, which tell what an inference costs beside its kernels
 * @throws UserError if a role has too few networks
 */
export function fitProfile(
  kernels: readonly KernelRecord[],
  networks: readonly NetworkSample[],
  context: ProfileContext,
  { loadRecords, probes = [] }: { loadRecords?: LoadRecords; probes?: readonly NetworkRecord[] } = {},
): DeviceProfile {
  const loads = loadRecords && loadTimes(loadRecords);
  const corrected = driftCorrectedUs(networks.map(({ record }) => record));
  const setOf = (role: 'fit' | 'choose' | 'report'): NetworkSet => {
    const indices = networks.flatMap(({ record }, i) => (record.role === role ? [i] : []));
    if (indices.length < MIN_NETWORKS[role]) {
      throw new UserError({
        got: `${indices.length} measured networks to ${role}`,
        expected: `at least ${MIN_NETWORKS[role]}`,
        fix: 'give calibrate a larger --budget',
      });
    }
    return {
      samples: indices.map((i) => networks[i] as NetworkSample),
      measuredUs: indices.map((i) => corrected[i] as number),
    };
  };
  const sets = { fit: setOf('fit'), choose: setOf('choose'), report: setOf('report') };
  const samples = kernelSamples(kernels, loads);
  const byLayer = context.settings.table === true;
  const fixedUs = fixedCostUs(
    recordedSums(
      kernels,
      sets.fit.samples.map(({ record }) => record),
      sets.fit.measuredUs,
    ),
    recordedSums(kernels, probes, driftCorrectedUs(probes)),
  );
  const roofline = jackknifeRoofline(samples, fitRoofline(samples, false));
  const overhead = jackknifeRoofline(samples, fitRoofline(samples, true));
  const classes = jackknifeKernelClasses(samples, fitKernelClasses(samples, overhead.model), overhead);
  const fitted = [
    fitRung(roofline.model, roofline, sets, loads, fixedUs),
    fitRung(overhead.model, overhead, sets, loads, fixedUs),
    fitRung(classes.model, classes, sets, loads, fixedUs),
    ...fitRicher(samples, classes.model, byLayer).map((model) =>
      fitRung(model, classes, sets, loads, fixedUs),
    ),
  ];
  const comparisons = compareRungs(heldOutErrors(fitted, samples, sets, byLayer, fixedUs));
  const rungs = fitted.map((rung, i) => ({ ...rung, comparison: comparisons[i] })) as [
    RungResult,
    ...RungResult[],
  ];
  const { chosen, reason } = choose(rungs);
  return {
    schema: DEVICE_SCHEMA,
    ...context,
    sentinelUs: median(networks.map(({ record }) => record.sentinel_us)),
    roofline: {
      computeRateGflops: overhead.model.computeRateGflops,
      bandwidthGBps: overhead.model.bandwidthGBps,
      overheadUs: overhead.model.overheadUs,
      intervals: overhead.model.intervals,
    },
    rungs,
    chosen: chosen.model.rung,
    reason,
    domain: domainOf(samples),
    validation: validate(chosen, sets),
    smoothing: smoothingGaps(
      chosen,
      samples.map(({ kernel }) => kernel),
      networks.map((sample) => sample.kernels),
      rulesNamed(context.engine.rules),
    ),
  };
}
