import { median } from 'simple-statistics';
import { rulesNamed } from '../../network/lowering/rules.ts';
import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';
import { UserError } from '../../records/user-error.ts';
import { DEVICE_SCHEMA, type DeviceProfile, type RungResult } from '../device-profile.ts';
import { compareRungs } from '../ladder/choose-rung.ts';
import { fitRicher, fitRung } from '../ladder/fit-ladder.ts';
import { jackknifeKernelClasses, jackknifeRoofline } from '../ladder/kernel-intervals.ts';
import { fitKernelClasses, fitRoofline, type KernelSample } from '../ladder/kernel-model.ts';
import { fixedCostUs } from '../ladder/network-model.ts';
import { choose, heldOutErrors } from '../ladder/rung-errors.ts';
import { smoothingGaps } from '../slopes/smoothing-gap.ts';
import { domainOf } from './domain.ts';
import { inLoads, type LoadRecords, type LoadTimes, loadTimes, networkId } from './load-times.ts';
import { driftCorrectedUs, type NetworkSample, type NetworkSet, recordedSums } from './network-sample.ts';
import { kernelOf } from './recorded-kernel.ts';
import { validate } from './validate-profile.ts';

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
