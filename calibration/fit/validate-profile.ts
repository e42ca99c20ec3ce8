// What a profile says of its own accuracy: errors on networks kept for reporting, beside what they repeat within.
import { mean, median } from 'simple-statistics';
import type { ErrorMetrics } from '../../records/error-metrics.ts';
import { groupBy } from '../../records/group-by.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { NOISE_LIMIT, REPEATABILITY_LIMIT } from '../../records/repeatability.ts';
import type { Validation } from '../device-profile.ts';
import { errorMetricsOf } from '../error-metrics.ts';
import type { RungResult } from '../ladder/rung-result.ts';
import { type NetworkSample, type NetworkSet, predictions } from './network-sample.ts';
import { mapeWithoutNoise, meanErrorOfPerfectModel } from './noise.ts';

/** Error of a figure that only needs scaling: the factor is the median ratio on the networks of the fit. */
function scaledBaseline(of: (sample: NetworkSample) => number, fit: NetworkSet, report: NetworkSet): number {
  const factor = median(fit.samples.map((sample, i) => (fit.measuredUs[i] as number) / of(sample)));
  return errorMetricsOf(
    report.samples.map((sample) => factor * of(sample)),
    report.measuredUs,
  ).mape;
}

/** A network as predicted and measured. */
interface Reported {
  readonly record: NetworkRecord;
  readonly predictedUs: number;
  readonly measuredUs: number;
}

/** The noise of the measurements, and the model's error without it; null where a network's is not known. */
function noiseOf(reported: readonly Reported[]) {
  const errors = reported.flatMap(({ record: { standard_error, loads = 1, rounds } }) =>
    standard_error === null ? [] : [{ standardError: standard_error, values: loads > 1 ? loads : rounds }],
  );
  if (errors.length < reported.length) return null;
  const off = reported.map(({ predictedUs, measuredUs }) => Math.abs(predictedUs / measuredUs - 1));
  return { perfect: meanErrorOfPerfectModel(errors), without: mapeWithoutNoise(off, errors) };
}

/** How well a rung predicts the networks kept for reporting, beside their noise and the baselines. */
export function validate(
  rung: RungResult,
  { fit, report }: Record<'fit' | 'choose' | 'report', NetworkSet>,
): Validation {
  return validationOf(predictions(rung.model, rung.network, report), rung.report, report, fit);
}

/**
 * What a profile says of predictions that saw nothing of what they predict.
 * @param predictedUs of the networks of `report`, in their order
 * @param metrics of those predictions
 * @param fit what baselines are scaled to
 */
export function validationOf(
  predictedUs: readonly number[],
  metrics: ErrorMetrics,
  report: NetworkSet,
  fit: NetworkSet,
): Validation {
  const reported = predictedUs.map((us, i) => ({
    record: (report.samples[i] as NetworkSample).record,
    predictedUs: us,
    measuredUs: report.measuredUs[i] as number,
  }));
  const laws: Record<string, ErrorMetrics> = {};
  for (const [law, networks] of groupBy(reported, ({ record }) => record.law)) {
    laws[law] = errorMetricsOf(
      networks.map(({ predictedUs }) => predictedUs),
      networks.map(({ measuredUs }) => measuredUs),
    );
  }
  const noise = noiseOf(reported);
  const repeatability = mean(
    report.samples.map(({ record: { pass_1_us, pass_2_us } }) => Math.abs(pass_2_us / pass_1_us - 1)),
  );
  return {
    ...metrics,
    repeatability,
    noise: noise?.perfect ?? null,
    mape_without_noise: noise?.without ?? null,
    valid: noise === null ? repeatability <= REPEATABILITY_LIMIT : noise.perfect <= NOISE_LIMIT,
    laws,
    baselines: {
      flops: scaledBaseline(({ record }) => record.flops, fit, report),
      p100: scaledBaseline(({ datasheetUs }) => datasheetUs.p100, fit, report),
      v100: scaledBaseline(({ datasheetUs }) => datasheetUs.v100, fit, report),
    },
  };
}
