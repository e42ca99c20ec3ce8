// Records in, device profile out: fits the ladder, chooses a rung, and says how wrong it is.
import { rulesNamed } from '../../network/lowering/rules.ts';
import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';
import { UserError } from '../../records/user-error.ts';
import { DEVICE_SCHEMA, type DeviceProfile } from '../device-profile.ts';
import { jackknifeLadder, modelOf } from '../ladder/ladder.ts';
import { fixedCostUs } from '../ladder/network-model.ts';
import type { RungResult } from '../ladder/rung-result.ts';
import { smoothingGaps } from '../slopes/smoothing-gap.ts';
import { domainOf } from './domain.ts';
import { fitRung } from './fit-rung.ts';
import { kernelSamples, requireKernels } from './kernel-samples.ts';
import { type LoadRecords, loadTimes, unforeseenOf } from './load-times.ts';
import { type NetworkSample, type NetworkSet, recordedSums } from './network-sample.ts';
import { chooseRung, heldOutErrors } from './rung-errors.ts';
import { validate } from './validate-profile.ts';

export type ProfileContext = Pick<
  DeviceProfile,
  'name' | 'engine' | 'machine' | 'measuredAt' | 'settings' | 'sentinelUs' | 'pacer'
>;

/** Fewer of a role than this, and there is nothing to fit, choose or report with. */
const MIN_NETWORKS = { fit: 4, choose: 2, report: 2 } as const;

/** The networks of a role. @throws UserError if they are too few */
function setOf(networks: readonly NetworkSample[], role: 'fit' | 'choose' | 'report'): NetworkSet {
  const samples = networks.filter(({ record }) => record.role === role);
  if (samples.length < MIN_NETWORKS[role]) {
    throw new UserError({
      got: `${samples.length} measured networks to ${role}`,
      expected: `at least ${MIN_NETWORKS[role]}`,
      fix: 'give calibrate a larger --budget',
    });
  }
  return { samples, measuredUs: samples.map(({ record }) => record.latency_us) };
}

/**
 * Fits the ladder to measurements without drift and validates it: kernel models on the kernels of `fit` and `probe`
 * networks, network models on whole `fit` networks, the rung chosen on `choose` and, cross-validated, on `fit`, the error
 * reported on `report`.
 * @param more loadRecords: times by load, so that intervals hold what a whole load has in common; probes: their whole
 * latencies, which tell what an inference costs beside its kernels
 * @throws UserError if a role has too few networks, or none of those to fit any kernels
 */
export function fitProfile(
  kernels: readonly KernelRecord[],
  networks: readonly NetworkSample[],
  context: ProfileContext,
  { loadRecords, probes = [] }: { loadRecords?: LoadRecords; probes?: readonly NetworkRecord[] } = {},
): DeviceProfile {
  const loads = loadRecords && loadTimes(loadRecords);
  const sets = {
    fit: setOf(networks, 'fit'),
    choose: setOf(networks, 'choose'),
    report: setOf(networks, 'report'),
  };
  const samples = requireKernels(kernelSamples(kernels, loads));
  const oneNetwork = context.settings.table === true;
  const fixedUs = fixedCostUs(
    recordedSums(
      kernels,
      sets.fit.samples.map(({ record }) => record),
    ),
    recordedSums(kernels, probes),
  );
  const fitted = jackknifeLadder(samples, oneNetwork).map((rung) => fitRung(rung, sets, loads, fixedUs)) as [
    RungResult,
    ...RungResult[],
  ];
  const errors = heldOutErrors(fitted, samples, sets, oneNetwork, fixedUs);
  const { rungs, chosen, reason } = chooseRung(fitted, errors);
  const roofline = modelOf(
    rungs.map(({ model }) => model),
    'overhead',
  );
  return {
    schema: DEVICE_SCHEMA,
    ...context,
    roofline: {
      computeRateGflops: roofline.computeRateGflops,
      bandwidthGBps: roofline.bandwidthGBps,
      overheadUs: roofline.overheadUs,
      intervals: roofline.intervals,
    },
    rungs,
    chosen: chosen.model.rung,
    reason,
    domain: domainOf(samples),
    validation: validate(chosen, sets),
    ...(loadRecords === undefined ? {} : unforeseenOf(loadRecords)),
    smoothing: smoothingGaps(
      chosen,
      samples.map(({ kernel }) => kernel),
      networks.map((sample) => sample.kernels),
      rulesNamed(context.engine.rules),
    ),
  };
}
