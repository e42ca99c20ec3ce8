import { z } from 'zod';
import { arithmeticIntensity } from '../network/lowering/kernel.ts';
import type { KernelMeasurement, NetworkMeasurement } from './measure-networks.ts';

/** Numbers arrive from CSV as text. */
const number = z.coerce.number();

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
  loads: number.optional(),
  /** Of runs with the caches as other networks left them; latency_us is hot. */
  cold_us: number.optional(),
});
export type NetworkRecord = z.infer<typeof networkRecord>;

/** One row of `rounds.csv`: one case in one round, as it was timed. */
export const roundRecord = z.object({
  network: z.string(),
  sample: number,
  round: number,
  latency_us: number,
  /** Of the run before, with the caches as other networks left them; not in files of earlier versions. */
  cold_us: number.optional(),
  runs: number,
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

export function kernelRow(
  source: { network: string; sample: number; role: SampleRole; clock: KernelRecord['clock'] },
  { kernel, latencyUs, spread, minUs, rounds }: KernelMeasurement,
): KernelRecord {
  return {
    network: source.network,
    sample: source.sample,
    role: source.role,
    kernel: kernel.name,
    op: kernel.op,
    kernel_class: kernel.kernelClass,
    layout: kernel.layout,
    batch: kernel.batch,
    input_height: kernel.input.height,
    input_width: kernel.input.width,
    input_channels: kernel.inputChannels,
    padded_input_channels: kernel.paddedInputChannels,
    output_height: kernel.output.height,
    output_width: kernel.output.width,
    output_channels: kernel.outputChannels,
    padded_output_channels: kernel.paddedOutputChannels,
    filter_height: kernel.filter.height,
    filter_width: kernel.filter.width,
    flops: kernel.flops,
    padded_flops: kernel.paddedFlops,
    input_bytes: kernel.inputBytes,
    output_bytes: kernel.outputBytes,
    weight_bytes: kernel.weightBytes,
    flops_per_byte: arithmeticIntensity(kernel),
    latency_us: latencyUs,
    spread,
    min_us: minUs,
    rounds,
    clock: source.clock,
  };
}

export function networkRow(
  source: Pick<
    NetworkRecord,
    'network' | 'sample' | 'role' | 'law' | 'block' | 'flops' | 'parameters' | 'kernels'
  >,
  block: { drift: number; sentinelUs: number },
  measured: NetworkMeasurement,
): NetworkRecord {
  return {
    ...source,
    latency_us: measured.latencyUs,
    spread: measured.spread,
    min_us: measured.minUs,
    pass_1_us: measured.passesUs[0],
    pass_2_us: measured.passesUs[1],
    rounds: measured.rounds,
    disturbed: measured.disturbed,
    drift: block.drift,
    sentinel_us: block.sentinelUs,
    loads: measured.loads,
    cold_us: measured.coldUs,
  };
}
