// How predictions compare with measurements, as files hold it.
import { z } from 'zod';

/** Rounding takes it a little beyond 1. */
export const correlation = z.number().min(-1.000001).max(1.000001);

/** How predictions compare with measurements; all fractions. */
export const errorMetrics = z.object({
  networks: z.int().nonnegative(),
  /** Mean of |predicted / measured − 1|. */
  mape: z.number().nonnegative(),
  within5: z.number().min(0).max(1),
  within10: z.number().min(0).max(1),
  /** Mean of predicted / measured − 1. */
  bias: z.number().min(-1),
  /** Null where ranks are undefined: fewer than two networks. */
  spearman: correlation.nullable(),
});
/** How predictions compare with measurements; fractions. */
export type ErrorMetrics = z.infer<typeof errorMetrics>;
