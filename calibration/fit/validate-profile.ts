import { mean, median } from 'simple-statistics';
import type { ErrorMetrics } from '../../records/error-metrics.ts';
import { REPEATABILITY_LIMIT } from '../../records/repeatability.ts';
import type { RungResult, Validation } from '../device-profile.ts';
import { errorMetricsOf } from '../error-metrics.ts';
import { type NetworkSample, type NetworkSet, predictions } from './network-sample.ts';

/** Error of a figure that only needs scaling: the factor is the median ratio on the networks of the fit. */
function scaledBaseline(of: (sample: NetworkSample) => number, fit: NetworkSet, report: NetworkSet): number {
  const factor = median(fit.samples.map((sample, i) => (fit.measuredUs[i] as number) / of(sample)));
  return errorMetricsOf(
    report.samples.map((sample) => factor * of(sample)),
    report.measuredUs,
  ).mape;
}

/** How well a rung predicts the networks kept for reporting, beside what they repeat within and the baselines. */
export function validate(
  rung: RungResult,
  sets: Record<'fit' | 'choose' | 'report', NetworkSet>,
): Validation {
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
