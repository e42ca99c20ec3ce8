// ceilings.json: what a machine reaches at its best, and the timings behind that.
import { z } from 'zod';
import { engineDescription } from './engine-description.ts';
import { machineDescription } from './machine-description.ts';

/** Levels of the memory hierarchy, from the smallest. */
export const MEMORY_LEVELS = ['L1', 'L2', 'L3', 'memory'] as const;
export type MemoryLevel = (typeof MEMORY_LEVELS)[number];

export const CEILINGS_SCHEMA = 'morphline/ceilings@1';

export const STAGES = ['bandwidth', 'compute', 'refine', 'intensity'] as const;
export type Stage = (typeof STAGES)[number];

const nullableRate = z.number().nullable();

/** How often a kernel was timed; times in µs, medians over rounds with the rounds' common factor divided out. */
const timing = z.object({
  id: z.string(),
  stage: z.enum(STAGES),
  latencyUs: z.number(),
  minUs: z.number(),
  spread: z.number(),
  rounds: z.number().int(),
  /** Rounds that stayed disturbed after three attempts. */
  disturbed: z.number().int(),
});

const bandwidthPoint = timing.extend({
  kernel: z.enum(['copy', 'triad']),
  arrayBytes: z.number(),
  /** As STREAM counts: 2 arrays for a copy, 3 for a triad; no write-allocate. */
  trafficBytes: z.number(),
  /** That holds all arrays; null in between the last cache and memory. */
  level: z.enum(MEMORY_LEVELS).nullable(),
  /** In situ, or as the wall time that each of a chain of kernels adds. */
  timed: z.enum(['in-situ', 'chain']),
  gbps: z.number(),
  /** Of the fastest round. */
  bestGbps: z.number(),
  /** Without what the kernel costs on no data; null where that is half of its time. */
  netGbps: nullableRate,
});
export type BandwidthPoint = z.infer<typeof bandwidthPoint>;

const computePoint = timing.extend({
  kernel: z.enum(['gemm', 'conv-1x1', 'conv-3x3']),
  /** Rows of a matrix product. */
  batch: z.number().int(),
  /** Height and width of the map. */
  size: z.number().int(),
  inputChannels: z.number().int(),
  outputChannels: z.number().int(),
  flops: z.number(),
  bytes: z.number(),
  flopsPerByte: z.number(),
  gflops: z.number(),
  /** Of the fastest round. */
  bestGflops: z.number(),
  gbps: z.number(),
});
export type ComputePoint = z.infer<typeof computePoint>;

const peaks = z.object({
  /** The fastest of all matrix products and convolutions. */
  computeRateGflops: z.number(),
  computeCase: z.string(),
  gemmGflops: nullableRate,
  conv1x1Gflops: nullableRate,
  conv3x3Gflops: nullableRate,
  /** The triad from memory. */
  bandwidthGBps: z.number(),
  bandwidthCase: z.string(),
  copyGBps: nullableRate,
  /** Whether its arrays are at least four times the last cache; if not, the largest that were measured. */
  beyondCaches: z.boolean(),
  /** Whether the stages that set the peaks repeat within 4 %. */
  valid: z.boolean(),
  /** FLOPs per byte where the two roofs meet. */
  ridgeFlopsPerByte: z.number(),
  /** The fastest size within each cache, without overhead. */
  levels: z.array(
    z.object({
      level: z.enum(MEMORY_LEVELS),
      cacheBytes: z.number().nullable(),
      copyGBps: nullableRate,
      triadGBps: nullableRate,
    }),
  ),
});
export type Peaks = z.infer<typeof peaks>;

/** `ceilings.json`: the machine's own peaks as an engine reaches them. Rates GFLOP/s and GB/s (10⁹). */
export const ceilings = z.object({
  schema: z.literal(CEILINGS_SCHEMA),
  engine: engineDescription,
  machine: machineDescription,
  measuredAt: z.string(),
  settings: z.object({ seed: z.number().int(), budgetSeconds: z.number() }),
  /** Caches of the engine's threads, in bytes. */
  caches: z.object({ L1: nullableRate, L2: nullableRate, L3: nullableRate }),
  /** Those that are done; a killed run goes on after them. */
  stages: z.array(
    z.object({
      stage: z.enum(STAGES),
      rounds: z.number().int(),
      drift: z.number(),
      repeatability: z.number().nullable(),
      disturbed: z.number().int(),
      skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
    }),
  ),
  /** What a kernel costs before its first byte. */
  kernelOverheadUs: z.object({ copy: z.number().nullable(), triad: z.number().nullable() }),
  bandwidth: z.array(bandwidthPoint),
  /** Of the stages compute and refine. */
  compute: z.array(computePoint),
  /** The measured roofline. */
  intensity: z.array(computePoint),
  /** Null until all stages are done. */
  peaks: peaks.nullable(),
});
export type Ceilings = z.infer<typeof ceilings>;
