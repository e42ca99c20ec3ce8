// Rows of the CSV files that measuring leaves.
import { z } from 'zod';
import {
  csvAmount,
  csvCount,
  csvLatency,
  csvName,
  csvNumber,
  csvRatio,
  csvShare,
  csvTime,
  later,
  optional,
} from './csv-fields.ts';

/** What a calibration uses a network for; the three sets are disjoint. */
export const sampleRole = z.enum(['fit', 'choose', 'report', 'probe']);
export type SampleRole = z.infer<typeof sampleRole>;

/** One row of `kernels.csv`: a kernel as measured in situ. */
export const kernelRecord = z.object({
  network: csvName,
  sample: csvCount,
  role: sampleRole,
  kernel: csvName,
  op: csvName,
  kernel_class: csvName,
  layout: z.string(),
  batch: csvCount,
  input_height: csvCount,
  input_width: csvCount,
  input_channels: csvCount,
  padded_input_channels: csvCount,
  output_height: csvCount,
  output_width: csvCount,
  output_channels: csvCount,
  padded_output_channels: csvCount,
  filter_height: csvCount,
  filter_width: csvCount,
  flops: csvAmount,
  padded_flops: csvAmount,
  input_bytes: csvAmount,
  output_bytes: csvAmount,
  weight_bytes: csvAmount,
  flops_per_byte: csvAmount,
  latency_us: csvTime,
  spread: csvAmount,
  min_us: csvTime,
  rounds: csvCount,
  clock: z.enum(['wall', 'gpu-timestamp']),
  /**
   * Bytes of a value read, of one written, of a weight, and of what else each output channel weighs; empty for float32, and
   * missing in files of earlier versions.
   */
  element_bytes: z.string().default(''),
});
/** A row of `kernels.csv`, parsed. */
export type KernelRecord = z.infer<typeof kernelRecord>;

/** One row of a calibration's `networks.csv`: a whole network as measured. */
export const networkRecord = z.object({
  network: csvName,
  sample: csvCount,
  role: sampleRole,
  law: z.string(),
  block: csvCount,
  flops: csvAmount,
  parameters: csvAmount,
  kernels: csvCount,
  latency_us: csvLatency,
  spread: csvAmount,
  min_us: csvLatency,
  pass_1_us: csvTime,
  pass_2_us: csvTime,
  rounds: csvCount,
  disturbed: csvCount,
  /** Of its block: largest over smallest round factor, minus 1. */
  drift: csvNumber,
  sentinel_us: csvLatency,
  /** How often it was loaded; files of earlier versions do not say. */
  loads: later(csvCount),
  /** Of runs with the caches as other networks left them; latency_us is hot. */
  cold_us: later(csvTime),
  /** Of latency_us, as a fraction: from what loads differ by. Not in files of earlier versions, as what follows. */
  standard_error: optional(csvAmount),
  /** Of the pacer at the speed that latency_us is quoted at; empty where times are raw. */
  pacer_us: optional(csvLatency),
  /** Power of the pacer that times were divided by: 0 to 1. */
  pacer_exponent: optional(csvShare),
  /** Kernels recorded that no kernel of the lowering stands for, and their share of all recorded time. */
  unforeseen: optional(csvCount),
  unforeseen_share: optional(csvAmount),
});
/** A row of `networks.csv`, parsed. */
export type NetworkRecord = z.infer<typeof networkRecord>;

/** One row of `rounds.csv`: one case in one round, as it was timed. */
export const roundRecord = z.object({
  network: csvName,
  sample: csvCount,
  round: csvCount,
  latency_us: csvLatency,
  /** Of the run before, with the caches as other networks left them; not in files of earlier versions. */
  cold_us: later(csvTime),
  runs: csvCount,
  /** Median over bursts of their time in runs of the pacer, and the pacer's own mean time. Not in files of earlier versions. */
  per_pacer: optional(csvRatio),
  pacer_us: optional(csvLatency),
  disturbed: z.stringbool().or(z.boolean()),
  attempts: csvCount,
  /** In which load of its network; all in one in files of earlier versions. */
  load: csvCount.default(0),
});
export type RoundRecord = z.infer<typeof roundRecord>;

/** One row of `kernel-loads.csv`: a kernel over the rounds of one load. */
export const kernelLoadRecord = z.object({
  network: csvName,
  sample: csvCount,
  load: csvCount,
  kernel: csvName,
  latency_us: csvTime,
  spread: csvAmount,
  min_us: csvTime,
  rounds: csvCount,
  /** In runs of the pacer; not in files of earlier versions. */
  per_pacer: optional(csvAmount),
  /** What it computes; not in files of earlier versions, as what follows. */
  op: csvName.default(''),
  /** Whether the lowering does not foresee it: name and op are the engine's own. */
  unforeseen: z.stringbool().or(z.boolean()).default(false),
  /** How many kernels its load recorded of its network. */
  of: optional(csvCount),
});
export type KernelLoadRecord = z.infer<typeof kernelLoadRecord>;

/** One row of `failures.csv`: a network that could not be measured and was left out. */
export const failureRecord = z.object({
  network: csvName,
  sample: csvCount,
  role: sampleRole,
  law: z.string(),
  reason: z.string(),
});
export type FailureRecord = z.infer<typeof failureRecord>;
