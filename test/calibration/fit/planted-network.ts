import type { NetworkSample, NetworkSet } from '../../../calibration/fit/network-sample.ts';
import type { KernelModel } from '../../../calibration/ladder/ladder.ts';
import type { NetworkRecord } from '../../../records/measurements.ts';
import { testKernel } from '../test-kernel.ts';
import { networkRow } from '../test-records.ts';

/** 1 GFLOP/s: a kernel of 1000 FLOPs takes 1 µs. */
export const UNIT_MODEL: KernelModel = {
  rung: 'roofline',
  computeRateGflops: 1,
  bandwidthGBps: 1,
  overheadUs: 0,
  kernelError: 0,
};

/** A network of kernels that take so long by {@link UNIT_MODEL}. */
export function networkOf(kernelsUs: readonly number[], record: Partial<NetworkRecord> = {}): NetworkSample {
  return {
    record: networkRow(record),
    kernels: kernelsUs.map((us) => testKernel({ flops: 1000 * us })),
    datasheetUs: { p100: 1, v100: 1 },
  };
}

export const setOf = (samples: readonly NetworkSample[]): NetworkSet => ({
  samples,
  measuredUs: samples.map(({ record }) => record.latency_us),
});
