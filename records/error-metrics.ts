// How predictions compare with measurements, as files hold it.
import { z } from 'zod';

/** How predictions compare with measurements; all fractions. */
export const errorMetrics = z.object({
  networks: z.number().int(),
  /** Mean of |predicted / measured − 1|. */
  mape: z.number(),
  within5: z.number(),
  within10: z.number(),
  /** Mean of predicted / measured − 1. */
  bias: z.number(),
  /** Null where ranks are undefined: fewer than two networks. */
  spearman: z.number().nullable(),
});
export type ErrorMetrics = z.infer<typeof errorMetrics>;
