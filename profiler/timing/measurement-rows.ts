// What was measured as rows of `kernels.csv` and `networks.csv`.
import { elementText } from '../../network/lowering/element-bytes.ts';
import { arithmeticIntensity } from '../../network/lowering/kernel.ts';
import type { KernelRecord, NetworkRecord, SampleRole } from '../../records/measurements.ts';
import type { Pacing } from '../../records/pacing.ts';
import type { KernelMeasurement, NetworkMeasurement, RecordedKernels } from './measure-networks.ts';

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
    element_bytes: elementText(kernel.elements),
  };
}

/** How much of what was recorded of a network the lowering does not foresee; nothing where nothing was recorded. */
function unforeseenOf({
  kernels,
  unforeseen,
}: RecordedKernels): Pick<NetworkRecord, 'unforeseen' | 'unforeseen_share'> {
  const total = (list: readonly { latencyUs: number }[]) =>
    list.reduce((sum, { latencyUs }) => sum + latencyUs, 0);
  const [others, all] = [total(unforeseen), total(unforeseen) + total(kernels)];
  return all > 0
    ? { unforeseen: unforeseen.length, unforeseen_share: others / all }
    : { unforeseen: null, unforeseen_share: null };
}

export function networkRow(
  source: Pick<
    NetworkRecord,
    'network' | 'sample' | 'role' | 'law' | 'block' | 'flops' | 'parameters' | 'kernels'
  >,
  block: { drift: number; sentinelUs: number; pacing: Pacing | null },
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
    standard_error: measured.standardError,
    pacer_us: block.pacing?.referenceUs ?? null,
    pacer_exponent: block.pacing?.exponent ?? null,
    ...unforeseenOf(measured),
  };
}
