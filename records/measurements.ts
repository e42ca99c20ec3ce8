// Rows of the CSV files that measuring leaves.
import { z } from 'zod';

/** An empty field is no number, though JavaScript makes 0 of it. */
const filled = (value: unknown) => (value === '' ? undefined : value);

/** Numbers arrive from CSV as text. */
const number = z.preprocess(filled, z.coerce.number());
/** Not in files of earlier versions. */
const laterNumber = z.preprocess(filled, z.coerce.number().optional()).optional();
/** Empty, or missing in files of earlier versions, is null. */
export const optionalNumber = z.union([z.literal('').transform(() => null), z.null(), number]).default(null);

/** What a calibration uses a network for; the three sets are disjoint. */
export const sampleRole = z.enum(['fit', 'choose', 'report', 'probe']);
export type SampleRole = z.infer<typeof sampleRole>;

/** One row of `kernels.csv`: a kernel as measured in situ. */
export const kernelRecord = z.object({
  network: z.string(),
  sample: number,
  role: sampleRole,
  kernel: z.string(),
  op: z.string(),
  kernel_class: z.string(),
  layout: z.string(),
  batch: number,
  input_height: number,
  input_width: number,
  input_channels: number,
  padded_input_channels: number,
  output_height: number,
  output_width: number,
  output_channels: number,
  padded_output_channels: number,
  filter_height: number,
  filter_width: number,
  flops: number,
  padded_flops: number,
  input_bytes: number,
  output_bytes: number,
  weight_bytes: number,
  flops_per_byte: number,
  latency_us: number,
  spread: number,
  min_us: number,
  rounds: number,
  clock: z.enum(['wall', 'gpu-timestamp']),
  /**
   * Bytes of a value read, of one written, of a weight, and of what else each output channel weighs; empty for float32, and
   * missing in files of earlier versions.
   */
  element_bytes: z.string().default(''),
});
export type KernelRecord = z.infer<typeof kernelRecord>;

/** One row of a calibration's `networks.csv`: a whole network as measured. */
export const networkRecord = z.object({
  network: z.string(),
  sample: number,
  role: sampleRole,
  law: z.string(),
  block: number,
  flops: number,
  parameters: number,
  kernels: number,
  latency_us: number,
  spread: number,
  min_us: number,
  pass_1_us: number,
  pass_2_us: number,
  rounds: number,
  disturbed: number,
  /** Of its block: largest over smallest round factor, minus 1. */
  drift: number,
  sentinel_us: number,
  /** How often it was loaded; files of earlier versions do not say. */
  loads: laterNumber,
  /** Of runs with the caches as other networks left them; latency_us is hot. */
  cold_us: laterNumber,
  /** Of latency_us, as a fraction: from what loads differ by. Not in files of earlier versions, as what follows. */
  standard_error: optionalNumber,
  /** Of the pacer at the speed that latency_us is quoted at; empty where times are raw. */
  pacer_us: optionalNumber,
  /** Power of the pacer that times were divided by: 0 to 1. */
  pacer_exponent: optionalNumber,
  /** Kernels recorded that no kernel of the lowering stands for, and their share of all recorded time. */
  unforeseen: optionalNumber,
  unforeseen_share: optionalNumber,
});
export type NetworkRecord = z.infer<typeof networkRecord>;

/** One row of `rounds.csv`: one case in one round, as it was timed. */
export const roundRecord = z.object({
  network: z.string(),
  sample: number,
  round: number,
  latency_us: number,
  /** Of the run before, with the caches as other networks left them; not in files of earlier versions. */
  cold_us: laterNumber,
  runs: number,
  /** Median over bursts of their time in runs of the pacer, and the pacer's own mean time. Not in files of earlier versions. */
  per_pacer: optionalNumber,
  pacer_us: optionalNumber,
  disturbed: z.stringbool().or(z.boolean()),
  attempts: number,
  /** In which load of its network; all in one in files of earlier versions. */
  load: number.default(0),
});
export type RoundRecord = z.infer<typeof roundRecord>;

/** One row of `kernel-loads.csv`: a kernel over the rounds of one load. */
export const kernelLoadRecord = z.object({
  network: z.string(),
  sample: number,
  load: number,
  kernel: z.string(),
  latency_us: number,
  spread: number,
  min_us: number,
  rounds: number,
  /** In runs of the pacer; not in files of earlier versions. */
  per_pacer: optionalNumber,
  /** What it computes; not in files of earlier versions, as what follows. */
  op: z.string().default(''),
  /** Whether the lowering does not foresee it: name and op are the engine's own. */
  unforeseen: z.stringbool().or(z.boolean()).default(false),
  /** How many kernels its load recorded of its network. */
  of: optionalNumber,
});
export type KernelLoadRecord = z.infer<typeof kernelLoadRecord>;

/** One row of `failures.csv`: a network that could not be measured and was left out. */
export const failureRecord = z.object({
  network: z.string(),
  sample: number,
  role: sampleRole,
  law: z.string(),
  reason: z.string(),
});
export type FailureRecord = z.infer<typeof failureRecord>;
