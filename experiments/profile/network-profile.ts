// The schema of what `profile --json` prints: a network layer by layer, measured and predicted.
import { z } from 'zod';

export const PROFILE_SCHEMA = 'morphline/profile@2';

/** A kernel, by the layer it computes. */
const layer = z.object({
  name: z.string(),
  /** Every layer that it computes; of a reorder, the one whose tensor it moves; the engine's own name of the kernel where the lowering does not foresee it. */
  layers: z.array(z.string()),
  /** Kernel class; `op:` and the engine's own name of the op where the lowering does not foresee the kernel. */
  kind: z.string(),
  /** Null where the lowering does not foresee the kernel. */
  flops: z.number().nullable(),
  bytes: z.number().nullable(),
  latency_us: z.number(),
  /** Robust standard deviation over rounds and loads, as a fraction. */
  spread: z.number(),
  /** Of the whole network's latency; with the remainder's the shares add up to 1. */
  share: z.number(),
  gflops_per_second: z.number().nullable(),
  /** What the device profile says; null without one. */
  predicted_us: z.number().nullable(),
  bound: z.enum(['compute', 'memory', 'overhead']).nullable(),
  /** What one more filter of the layer costs by the device profile, its inputs and consumers included; null if fixed. */
  us_per_filter: z.number().nullable(),
});

/** One recorded inference as it was: the one whose wall time is the middle one. Recording makes kernels slower. */
const recordedRun = z.object({
  /** From the call until the results were there. */
  wall_us: z.number(),
  kernels: z.array(
    z.object({
      /** Index in `layers` of the form. */
      layer: z.number().int(),
      /** Since the engine began; null where it does not tell. */
      start_us: z.number().nullable(),
      latency_us: z.number(),
      /** Threads that computed parts of it beside the one that ran it, where the engine tells. */
      workers: z.array(z.object({ thread: z.string(), parts: z.number().int() })),
    }),
  ),
});
export type RecordedRun = z.infer<typeof recordedRun>;

/** One form of a network as it was measured: kernels and remainder add up to the whole. */
const measuredForm = z.object({
  /** `file`: the model file as it is. `deployed`: the network as we rewrite it, norms folded and repeats computed once. */
  form: z.enum(['file', 'deployed']),
  /** Hot: wall time of one inference after another. */
  latency_us: z.number(),
  /** With the caches as another network left them. */
  cold_us: z.number(),
  spread: z.number(),
  /** Of the latency, as a fraction: from what loads differ by. */
  standard_error: z.number().nullable(),
  /** Σ of the kernels. */
  kernels_us: z.number(),
  /** latency_us − kernels_us: dispatch, views and copies of outputs, less what recording adds to kernels (below zero). */
  remainder_us: z.number(),
  /** Share of kernels_us that the lowering does not foresee. */
  unforeseen_share: z.number(),
  loads: z.number().int(),
  rounds: z.number().int(),
  disturbed: z.number().int(),
  layers: z.array(layer),
  /** Null where no run was kept. */
  recorded_run: recordedRun.nullable(),
});
export type MeasuredForm = z.infer<typeof measuredForm>;

/** What `profile --json` prints: of a file that the engine runs, the file itself, else the network deployed. */
export const networkProfile = measuredForm.extend({
  schema: z.literal(PROFILE_SCHEMA),
  network: z.string(),
  engine: z.string(),
  adapter: z.string(),
  threads: z.number().int(),
  batch: z.number().int(),
  /** Mean of |pass 2 / pass 1 − 1|: whole loads, or rounds where there is one load. */
  repeatability: z.number().nullable(),
  /** Which clock the kernels were timed by. */
  clock: z.enum(['wall', 'gpu-timestamp']),
  /** Of the network deployed, by the device profile. */
  predicted_us: z.number().nullable(),
  /** How much slower the machine is than when the device profile was calibrated; null where their sentinels differ. */
  drift_since_calibration: z.number().nullable(),
  /** What differs between this engine and the device profile's. */
  stale: z.array(z.string()),
  /** The same network deployed, measured in the same rounds; null where that is what was measured. */
  deployed: measuredForm.nullable(),
  /** Latency of the file / that of the network deployed. */
  gain: z.number().nullable(),
});
export type ProfiledLayer = z.infer<typeof layer>;
/** A measured network, kernel by kernel, as `profile --json` prints it. */
export type NetworkProfile = z.infer<typeof networkProfile>;
