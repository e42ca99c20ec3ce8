import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';

/** A row of networks.csv, of a network `net`. */
export function networkRow(given: Partial<NetworkRecord> = {}): NetworkRecord {
  return {
    network: 'net',
    sample: 0,
    role: 'fit',
    law: 'uniform',
    block: 0,
    flops: 1e6,
    parameters: 1e3,
    kernels: 2,
    latency_us: 100,
    spread: 0,
    min_us: 100,
    pass_1_us: 100,
    pass_2_us: 100,
    rounds: 4,
    disturbed: 0,
    drift: 0,
    standard_error: null,
    pacer_us: null,
    pacer_exponent: null,
    unforeseen: null,
    unforeseen_share: null,
    sentinel_us: 50,
    ...given,
  };
}

/** A row of kernels.csv, of a network `net`. */
export function kernelRow(given: Partial<KernelRecord> = {}): KernelRecord {
  return {
    network: 'net',
    sample: 0,
    role: 'fit',
    kernel: 'conv_1',
    op: 'conv',
    kernel_class: 'conv 3x3/2 nchw',
    layout: 'nchw',
    batch: 2,
    input_height: 17,
    input_width: 15,
    input_channels: 3,
    padded_input_channels: 3,
    output_height: 9,
    output_width: 8,
    output_channels: 10,
    padded_output_channels: 16,
    filter_height: 3,
    filter_width: 3,
    flops: 77_760,
    padded_flops: 124_416,
    input_bytes: 6120,
    output_bytes: 5760,
    weight_bytes: 1080,
    flops_per_byte: 6,
    latency_us: 20,
    spread: 0,
    min_us: 20,
    rounds: 4,
    clock: 'wall',
    element_bytes: '',
    ...given,
  };
}
