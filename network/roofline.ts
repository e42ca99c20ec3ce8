// A roofline: the larger of the time to compute and the time to move bytes.

/** Rates of a roofline. FLOPs / (GFLOP/s) and bytes / (GB/s) are nanoseconds. */
export interface Roof {
  readonly computeRateGflops: number;
  readonly bandwidthGBps: number;
}

/**
 * Latency of an op as Google's library's graph has it: costs, both quotients and the larger of them in float32.
 * @returns ns
 */
export function float32LatencyNs(op: { flops: number; bytes: number }, roof: Roof): number {
  const computeNs = Math.fround(Math.fround(op.flops) / roof.computeRateGflops);
  return Math.max(computeNs, Math.fround(Math.fround(op.bytes) / roof.bandwidthGBps));
}
