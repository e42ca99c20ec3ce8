// By how much a device's kernels are slower than those of the profile that its own was re-scaled from.
import { z } from 'zod';

export const classFactor = z.object({
  /** Time here over time by the prior. */
  factor: z.number().positive(),
  /** 95 %. */
  low: z.number().positive(),
  high: z.number().positive(),
  kernels: z.int().nonnegative(),
});
export type ClassFactor = z.infer<typeof classFactor>;
