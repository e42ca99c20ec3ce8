// The ceilings themselves: rates of the cases, and which of them are the peaks.
import type { BandwidthPoint, Ceilings, ComputePoint, Peaks, Stage } from '../../records/ceilings.ts';
import { MEMORY_LEVELS } from '../../records/ceilings.ts';
import { REPEATABILITY_LIMIT } from '../../records/repeatability.ts';
import {
  type Caches,
  type ComputeCase,
  memoryLevel,
  OVERHEAD_ARRAY_BYTES,
  type TrafficCase,
  type TrafficKernel,
} from './cases.ts';
import type { CaseMeasurement } from './measure-cases.ts';

/** Shorter kernels cannot set a peak: a clock of whole microseconds would be 1 % off. */
const LEAST_PEAK_US = 100;

type KernelOverheads = Ceilings['kernelOverheadUs'];

function timingOf({ measured, latencyUs, minUs, spread, rounds, disturbed }: CaseMeasurement, stage: Stage) {
  return { id: measured.id, stage, latencyUs, minUs, spread, rounds, disturbed };
}

/** What each kernel costs on next to no data; null where that was not measured. */
export function kernelOverheads(measurements: readonly CaseMeasurement<TrafficCase>[]): KernelOverheads {
  const of = (kernel: TrafficKernel) =>
    measurements.find(
      ({ measured }) => measured.kernel === kernel && measured.arrayBytes === OVERHEAD_ARRAY_BYTES,
    )?.latencyUs ?? null;
  return { copy: of('copy'), triad: of('triad') };
}

/** Points of the bandwidth by size, without the overhead's own. */
export function bandwidthPoints(
  measurements: readonly CaseMeasurement<TrafficCase>[],
  caches: Caches,
): BandwidthPoint[] {
  const overheads = kernelOverheads(measurements);
  return measurements
    .filter(({ measured }) => measured.arrayBytes !== OVERHEAD_ARRAY_BYTES)
    .map((measurement): BandwidthPoint => {
      const { measured, latencyUs, minUs } = measurement;
      const { kernel, arrayBytes, bytes, chain } = measured;
      const overhead = overheads[kernel] ?? 0;
      const gbps = (us: number) => bytes / us / 1e3;
      return {
        ...timingOf(measurement, 'bandwidth'),
        kernel,
        arrayBytes,
        trafficBytes: bytes,
        level: memoryLevel(kernel, arrayBytes, caches),
        timed: chain > 1 ? 'chain' : 'in-situ',
        gbps: gbps(latencyUs),
        bestGbps: gbps(minUs),
        netGbps: latencyUs > 2 * overhead ? gbps(latencyUs - overhead) : null,
      };
    });
}

export function computePoint(measurement: CaseMeasurement<ComputeCase>, stage: Stage): ComputePoint {
  const { measured, latencyUs, minUs } = measurement;
  const { kernel, batch, size, inputChannels, outputChannels, flops, bytes } = measured;
  return {
    ...timingOf(measurement, stage),
    kernel,
    batch,
    size,
    inputChannels,
    outputChannels,
    flops,
    bytes,
    flopsPerByte: flops / bytes,
    gflops: flops / latencyUs / 1e3,
    bestGflops: flops / minUs / 1e3,
    gbps: bytes / latencyUs / 1e3,
  };
}

function largest<T>(items: readonly T[], by: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (most, item) => (most === undefined || by(item) > by(most) ? item : most),
    undefined,
  );
}

/** The fastest points, of those long enough to time well if there are any. */
export function fastest(points: readonly ComputePoint[], count: number): ComputePoint[] {
  const long = points.filter(({ latencyUs }) => latencyUs >= LEAST_PEAK_US);
  return [...(long.length > 0 ? long : points)].sort((a, b) => b.gflops - a.gflops).slice(0, count);
}

/** The kernel from memory: the fastest of the sizes far beyond the caches, else the largest size. */
function fromMemory(points: readonly BandwidthPoint[]): BandwidthPoint | undefined {
  const beyond = points.filter(({ level }) => level === 'memory');
  return beyond.length > 0
    ? largest(beyond, ({ gbps }) => gbps)
    : largest(points, ({ arrayBytes }) => arrayBytes);
}

/** Whether the stages that set peaks repeat well enough. */
function repeats(stages: Ceilings['stages']): boolean {
  return stages.every(
    ({ stage, repeatability }) => stage === 'intensity' || (repeatability ?? 0) <= REPEATABILITY_LIMIT,
  );
}

/** Chooses the ceilings. Medians over rounds count, not the fastest rounds. */
export function choosePeaks(
  bandwidth: readonly BandwidthPoint[],
  compute: readonly ComputePoint[],
  caches: Caches,
  stages: Ceilings['stages'],
): Peaks {
  const of = (kernel: ComputePoint['kernel']) =>
    fastest(
      compute.filter((point) => point.kernel === kernel),
      1,
    )[0]?.gflops ?? null;
  const [top] = fastest(compute, 1);
  const traffic = (kernel: TrafficKernel) => bandwidth.filter((point) => point.kernel === kernel);
  const triad = fromMemory(traffic('triad'));
  if (top === undefined || triad === undefined) throw new Error('no kernel was timed');
  const levels = MEMORY_LEVELS.map((level) => {
    const within = (kernel: TrafficKernel) =>
      largest(
        traffic(kernel).filter((point) => point.level === level && point.netGbps !== null),
        ({ netGbps }) => netGbps ?? 0,
      )?.netGbps ?? null;
    return {
      level,
      cacheBytes: level === 'memory' ? null : caches[level],
      copyGBps: within('copy'),
      triadGBps: within('triad'),
    };
  });
  return {
    computeRateGflops: top.gflops,
    computeCase: top.id,
    gemmGflops: of('gemm'),
    conv1x1Gflops: of('conv-1x1'),
    conv3x3Gflops: of('conv-3x3'),
    bandwidthGBps: triad.gbps,
    bandwidthCase: triad.id,
    copyGBps: fromMemory(traffic('copy'))?.gbps ?? null,
    beyondCaches: triad.level === 'memory',
    valid: repeats(stages),
    ridgeFlopsPerByte: top.gflops / triad.gbps,
    levels: levels.filter(({ copyGBps, triadGBps }) => copyGBps !== null || triadGBps !== null),
  };
}

/** Rate that the ceilings allow at an intensity, in GFLOP/s. */
export function roofGflops(
  { computeRateGflops, bandwidthGBps }: Pick<Peaks, 'computeRateGflops' | 'bandwidthGBps'>,
  flopsPerByte: number,
): number {
  return Math.min(computeRateGflops, bandwidthGBps * flopsPerByte);
}
