// The schema of what `profile --json` prints: a network layer by layer, measured and predicted.
import { z } from 'zod';

export const PROFILE_SCHEMA = 'morphline/profile@1';

/** A kernel, by the layer it computes. */
const layer = z.object({
  name: z.string(),
  /** Kernel class. */
  kind: z.string(),
  flops: z.number(),
  bytes: z.number(),
  latency_us: z.number(),
  /** Robust standard deviation over rounds and loads, as a fraction. */
  spread: z.number(),
  /** Of the sum of all kernels. */
  share: z.number(),
  gflops_per_second: z.number(),
  /** What the device profile says; null without one. */
  predicted_us: z.number().nullable(),
  bound: z.enum(['compute', 'memory', 'overhead']).nullable(),
  /** What one more filter of the layer costs by the device profile, its inputs and consumers included; null if fixed. */
  us_per_filter: z.number().nullable(),
});

/** What `profile --json` prints. */
export const networkProfile = z.object({
  schema: z.literal(PROFILE_SCHEMA),
  network: z.string(),
  engine: z.string(),
  adapter: z.string(),
  threads: z.number().int(),
  batch: z.number().int(),
  /** Hot: wall time of one inference after another. */
  latency_us: z.number(),
  /** With the caches as another network left them. */
  cold_us: z.number(),
  spread: z.number(),
  /** Of the latency, as a fraction: from what loads differ by. */
  standard_error: z.number().nullable(),
  /** Mean of |pass 2 / pass 1 − 1|: whole loads, or rounds where there is one load. */
  repeatability: z.number().nullable(),
  /** Σ of the kernels; what is missing or too much is dispatch and the recording of them. */
  kernels_us: z.number(),
  /** Which clock the kernels were timed by. */
  clock: z.enum(['wall', 'gpu-timestamp']),
  predicted_us: z.number().nullable(),
  /** How much slower the machine is than when the device profile was calibrated; null where their sentinels differ. */
  drift_since_calibration: z.number().nullable(),
  /** What differs between this engine and the device profile's. */
  stale: z.array(z.string()),
  loads: z.number().int(),
  rounds: z.number().int(),
  disturbed: z.number().int(),
  layers: z.array(layer),
});
export type ProfiledLayer = z.infer<typeof layer>;
export type NetworkProfile = z.infer<typeof networkProfile>;
