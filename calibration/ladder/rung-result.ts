// What a profile holds of each rung: its model, its network model, and how wrong both are.
import { z } from 'zod';
import { errorMetrics } from '../../records/error-metrics.ts';
import { rungComparison } from './choose-rung.ts';
import { kernelModel } from './ladder.ts';
import { networkModel } from './network-model.ts';

export const rungResult = z.object({
  model: kernelModel,
  network: networkModel,
  /** On the networks kept for choosing the rung. */
  choose: errorMetrics,
  /** On the networks kept for reporting. */
  report: errorMetrics,
  /** Against the best rung, cross-validated: what the choice was made by. Not in profiles of earlier versions. */
  comparison: rungComparison.optional(),
});
export type RungResult = z.infer<typeof rungResult>;
