// The six devices that Google's morph-net knows, by datasheet.
import type { Roof } from '../network/roofline.ts';

/** A device by its datasheet: peak compute rate in GFLOP/s, bandwidth in GB/s. */
export interface DatasheetDevice extends Roof {
  readonly name: string;
  readonly title: string;
  /** Where the two figures come from, and their precision. */
  readonly source: string;
}

/**
 * Peak rates as google-research/morph-net uses them (network_regularizers/cost_calculator.py at d9286a1), each with the
 * datasheet it rounds. They are vendors' peaks: nothing here was measured.
 */
export const DATASHEET_DEVICES: readonly DatasheetDevice[] = [
  {
    name: 'p100',
    title: 'NVIDIA Tesla P100 PCIe',
    computeRateGflops: 9300,
    bandwidthGBps: 732,
    source: 'NVIDIA Tesla P100 PCIe datasheet, Oct 2016: 9.3 TFLOPS single precision, 732 GB/s HBM2',
  },
  {
    name: 'v100',
    title: 'NVIDIA Tesla V100 SXM2',
    computeRateGflops: 125000,
    bandwidthGBps: 900,
    source: 'NVIDIA Tesla V100 datasheet, Mar 2018: 125 TFLOPS mixed precision (tensor cores), 900 GB/s HBM2',
  },
  {
    name: 'k80',
    title: 'NVIDIA Tesla K80',
    computeRateGflops: 8740,
    bandwidthGBps: 480,
    source:
      'NVIDIA Tesla K80 board specification, Jan 2015: 8.74 TFLOPS single precision with boost, 480 GB/s (both GPUs)',
  },
  {
    name: 'p4',
    title: 'NVIDIA Tesla P4',
    computeRateGflops: 5500,
    bandwidthGBps: 192,
    source: 'NVIDIA Tesla P4 datasheet, Sep 2016: 5.5 TFLOPS single precision, 192 GB/s GDDR5',
  },
  {
    name: 't4',
    title: 'NVIDIA T4',
    computeRateGflops: 8100,
    bandwidthGBps: 300,
    source:
      'NVIDIA T4 datasheet, Sep 2018: 8.1 TFLOPS single precision, 300 GB/s GDDR6 (320+ in later issues)',
  },
  {
    name: 'tpu-v2',
    title: 'Google TPU v2',
    computeRateGflops: 22500,
    bandwidthGBps: 300,
    source:
      'Google Cloud TPU v2: 180 TFLOPS bfloat16 and 2400 GB/s per board of 4 chips with 2 cores; one core: 22.5 TFLOPS, 300 GB/s',
  },
];

export function datasheetDevice(name: string): DatasheetDevice | undefined {
  return DATASHEET_DEVICES.find((device) => device.name === name);
}
