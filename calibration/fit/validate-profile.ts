// What a profile says of its own accuracy: errors on networks kept for reporting, beside what they repeat within.
import { mean, median } from 'simple-statistics';
import type { ErrorMetrics } from '../../records/error-metrics.ts';
import { groupBy } from '../../records/group-by.ts';
import { REPEATABILITY_LIMIT } from '../../records/repeatability.ts';
import type { Validation } from '../device-profile.ts';
import { errorMetricsOf } from '../error-metrics.ts';
import type { RungResult } from '../ladder/rung-result.ts';
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
  const reported = predictions(rung.model, rung.network, report).map((predictedUs, i) => ({
    law: (report.samples[i] as NetworkSample).record.law,
    predictedUs,
    measuredUs: report.measuredUs[i] as number,
  }));
  const laws: Record<string, ErrorMetrics> = {};
  for (const [law, networks] of groupBy(reported, (network) => network.law)) {
    laws[law] = errorMetricsOf(
      networks.map(({ predictedUs }) => predictedUs),
      networks.map(({ measuredUs }) => measuredUs),
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
