// How wrong predictions of networks are: relative errors, their bias and their ranks.
import { mean, sampleRankCorrelation } from 'simple-statistics';
import type { ErrorMetrics } from '../records/error-metrics.ts';

/**
 * How predictions compare with measurements of the same networks.
 * @param predicted latencies, in the unit of the measured ones
 * @throws Error for no networks or lists of different lengths
 */
export function errorMetricsOf(predicted: readonly number[], measured: readonly number[]): ErrorMetrics {
  if (predicted.length === 0 || predicted.length !== measured.length) {
    throw new Error(`cannot compare ${predicted.length} predictions with ${measured.length} measurements`);
  }
  const errors = predicted.map((value, i) => value / (measured[i] as number) - 1);
  const within = (limit: number) => errors.filter((error) => Math.abs(error) <= limit).length / errors.length;
  const spearman = predicted.length < 2 ? Number.NaN : sampleRankCorrelation([...predicted], [...measured]);
  return {
    networks: predicted.length,
    mape: mean(errors.map(Math.abs)),
    within5: within(0.05),
    within10: within(0.1),
    bias: mean(errors),
    spearman: Number.isFinite(spearman) ? spearman : null,
  };
}
