// What `compare --json` gives of two device profiles: a network on both, as they predict it.
import { z } from 'zod';
import { compareVerdict } from './comparison.ts';

export const DEVICE_COMPARISON_SCHEMA = 'morphline/device-comparison@1';

const side = z.object({ name: z.string(), latency_us: z.number() });

export const deviceComparison = z.object({
  schema: z.literal(DEVICE_COMPARISON_SCHEMA),
  basis: z.literal('predicted'),
  network: z.string(),
  batch: z.number().int(),
  a: side,
  b: side,
  /** Time of b over time of a. */
  ratio: z.number(),
  /** 95 %, by the errors that both profiles state on networks they had not seen; null with a datasheet. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  p_b_faster: z.number().nullable(),
  /** Whether that interval lies on one side of 1. */
  conclusive: z.boolean(),
  verdict: compareVerdict,
});
/** A network on two devices, as their profiles predict it. */
export type DeviceComparison = z.infer<typeof deviceComparison>;
