// The profile of a device from priors and a few networks: the prior that fits best, its errors, and whether it fits.
import { mean } from 'simple-statistics';
import { rulesNamed } from '../../network/lowering/rules.ts';
import type { KernelRecord } from '../../records/measurements.ts';
import { UserError } from '../../records/user-error.ts';
import { DEVICE_SCHEMA, type DeviceProfile } from '../device-profile.ts';
import { errorMetricsOf } from '../error-metrics.ts';
import type { ProfileContext } from '../fit/fit-profile.ts';
import { kernelSamples } from '../fit/kernel-samples.ts';
import { type NetworkSample, type NetworkSet, predictions } from '../fit/network-sample.ts';
import { validationOf } from '../fit/validate-profile.ts';
import type { RungResult } from '../ladder/rung-result.ts';
import { smoothingGaps } from '../slopes/smoothing-gap.ts';
import type { ClassFactors } from './class-factors.ts';
import { fitTransfer, type Prior, type TransferData, withoutNetwork } from './fit-transfer.ts';

/** Fewer networks leave nothing to see the error by. */
const LEAST_NETWORKS = 3;
/** A prior fits if networks that were left out are predicted within this, on average. */
export const FITTING_ERROR = 0.04;

/** @throws UserError for a profile whose kernels are others than the engine's here */
export function priorOf(profile: DeviceProfile, rules: string): Prior {
  const found = profile.rungs.find(({ model }) => model.rung === 'table');
  if (profile.engine.rules !== rules) {
    throw new UserError({
      got: `--from ${profile.name}, whose kernels are ${profile.engine.rules}`,
      expected: `a profile of kernels that this engine runs, ${rules}`,
      fix: 'name one of the same engine, or calibrate without --from',
    });
  }
  if (found === undefined || found.model.rung !== 'table') {
    throw new UserError({
      got: `--from ${profile.name}, which has no table of its kernel classes`,
      expected: 'a profile that `morphline calibrate` fitted to a family',
      fix: 'name another one, or calibrate without --from',
    });
  }
  return { model: found.model, network: found.network };
}

/** Each network predicted by a fit to the others, in µs. */
function predictedWithoutOwn(prior: Prior, data: TransferData): number[] {
  return data.networks.map((left) => {
    const { model, network } = fitTransfer(prior, withoutNetwork(data, left));
    const [us] = predictions(model, network, { samples: [left], measuredUs: [left.record.latency_us] });
    return us as number;
  });
}

const errorOf = (predictedUs: readonly number[], { networks }: TransferData) =>
  mean(predictedUs.map((us, i) => Math.abs(us / (networks[i] as NetworkSample).record.latency_us - 1)));

/** By class, without the common one. */
const classesOf = ({ classes }: ClassFactors) =>
  Object.fromEntries(Object.entries(classes).sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * The profile of a device that a few networks were measured on: of the priors the one that predicts networks best which were
 * left out, with factors for its kernel classes and tables of what those miss. Its validation is of networks left out, each by
 * a fit to the others.
 * @param kernels of `networks`, without drift
 * @throws UserError for fewer than three networks, and for priors of other engines
 */
export function transferProfile(
  priors: readonly DeviceProfile[],
  kernels: readonly KernelRecord[],
  networks: readonly NetworkSample[],
  context: ProfileContext,
): DeviceProfile {
  const samples = kernelSamples(kernels, undefined);
  const data = { kernels: samples, networks };
  if (networks.length < LEAST_NETWORKS || samples.length === 0) {
    throw new UserError({
      got: `${networks.length} measured networks with ${samples.length} kernels to re-scale a profile by`,
      expected: `at least ${LEAST_NETWORKS}, on an engine that times its kernels`,
      fix: 'give calibrate a larger --budget, or calibrate without --from',
    });
  }
  const tried = priors.map((profile) => {
    const prior = priorOf(profile, context.engine.rules);
    const predictedUs = predictedWithoutOwn(prior, data);
    return { profile, prior, predictedUs, error: errorOf(predictedUs, data) };
  });
  const [best] = tried.toSorted((a, b) => a.error - b.error);
  if (best === undefined) throw new Error('no prior to transfer from');
  const { model, network, factors } = fitTransfer(best.prior, data);
  const set: NetworkSet = { samples: networks, measuredUs: networks.map(({ record }) => record.latency_us) };
  const report = errorMetricsOf(best.predictedUs, set.measuredUs);
  const rung: RungResult = { model, network, choose: report, report };
  const { computeRateGflops, bandwidthGBps, overheadUs } = model.base.fallback;
  const fits = report.mape <= FITTING_ERROR;
  return {
    schema: DEVICE_SCHEMA,
    ...context,
    roofline: { computeRateGflops, bandwidthGBps, overheadUs },
    rungs: [rung],
    chosen: model.rung,
    reason: `re-scaled from ${best.profile.name} by ${networks.length} networks`,
    domain: best.profile.domain,
    validation: validationOf(best.predictedUs, report, set, set),
    transfer: {
      from: {
        name: best.profile.name,
        measuredAt: best.profile.measuredAt,
        networks: best.profile.settings.networks,
        batch: best.profile.settings.batch,
        threads: best.profile.engine.threads,
      },
      networks: networks.length,
      common: factors.common,
      classes: classesOf(factors),
      fits,
    },
    smoothing: smoothingGaps(
      rung,
      samples.map(({ kernel }) => kernel),
      networks.map((sample) => sample.kernels),
      rulesNamed(context.engine.rules),
    ),
  };
}
