// The kernel that a row of kernels.csv is about.
import { elementsOfText } from '../../network/lowering/element-bytes.ts';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { recoverCosts } from '../../network/lowering/recover-costs.ts';
import type { KernelRecord } from '../../records/measurements.ts';

/** The kernel of a row, as `lower` would make it (its layers are not recorded). */
export function kernelOf(record: KernelRecord): Kernel {
  const elements = elementsOfText(record.element_bytes);
  const figures: Omit<Kernel, 'costs'> = {
    ...(elements && { elements }),
    name: record.kernel,
    layers: [],
    op: record.op as Kernel['op'],
    layout: record.layout as Kernel['layout'],
    kernelClass: record.kernel_class,
    batch: record.batch,
    input: { height: record.input_height, width: record.input_width },
    output: { height: record.output_height, width: record.output_width },
    filter: { height: record.filter_height, width: record.filter_width },
    inputChannels: record.input_channels,
    outputChannels: record.output_channels,
    paddedInputChannels: record.padded_input_channels,
    paddedOutputChannels: record.padded_output_channels,
    flops: record.flops,
    paddedFlops: record.padded_flops,
    inputBytes: record.input_bytes,
    outputBytes: record.output_bytes,
    weightBytes: record.weight_bytes,
  };
  return { ...figures, costs: recoverCosts(figures) };
}
