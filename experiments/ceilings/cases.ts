// The cases whose peaks are measured: copies and triads by size, matrix products and convolutions by shape.
import { NetworkBuilder } from '../../network/builder.ts';
import type { Network } from '../../network/network.ts';
import { engineNamed } from '../../profiler/engines/registry.ts';
import type { MemoryLevel } from '../../records/ceilings.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import type { MachineDescription } from '../../records/machine-description.ts';

/** The layer whose kernel is timed; what follows it only keeps the result small. */
export const MEASURED = 'measured';

const BYTES_PER_VALUE = 4;
const KIB = 2 ** 10;
const MIB = 2 ** 20;

/** Arrays that a kernel moves, as STREAM counts them: those read and written, no write-allocate. */
export const ARRAYS = { copy: 2, triad: 3 } as const;
export type TrafficKernel = keyof typeof ARRAYS;

export const FILTERS = { gemm: 1, 'conv-1x1': 1, 'conv-3x3': 3 } as const;
export type ComputeKernel = keyof typeof FILTERS;

interface CaseBase {
  readonly id: string;
  readonly network: Network;
  readonly batch: number;
  readonly flops: number;
  /** Each value moved once. */
  readonly bytes: number;
}

/** y = relu(x) or y = a + b. */
export interface TrafficCase extends CaseBase {
  readonly kernel: TrafficKernel;
  readonly arrayBytes: number;
  /** Kernels in a row; 1 is timed in situ, more by the wall clock against {@link single}. */
  readonly chain: number;
  /** The network with one kernel only; null without a chain. */
  readonly single: Network | null;
}

/** A matrix product is a dense layer: rows = batch. */
export interface ComputeShape {
  readonly kernel: ComputeKernel;
  readonly batch: number;
  /** Height and width of the map. */
  readonly size: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
}

export interface ComputeCase extends CaseBase, ComputeShape {}

export type CeilingCase = TrafficCase | ComputeCase;

/** One of 32×32 pixels: the whole result as an output would be allocated anew at each run, page by page. */
function thinned(builder: NetworkBuilder, tensor: string): Network {
  return builder.build(builder.pool('max-pool', 'thin', tensor, 1, 32));
}

function trafficNetwork(kernel: TrafficKernel, values: number, kernels: number): Network {
  const width = Math.min(values, KIB);
  const height = values / width;
  const builder = new NetworkBuilder(`${kernel}-${values}x${kernels}`);
  let tensor = builder.input(height, width, 1);
  const other = 'other';
  if (kernel === 'triad') builder.add({ kind: 'input', name: other, inputs: [], height, width, channels: 1 });
  for (let index = 1; index <= kernels; index++) {
    const name = index === 1 ? MEASURED : `${MEASURED}_${index}`;
    tensor =
      kernel === 'triad'
        ? builder.add({ kind: 'add', name, inputs: [tensor, other] })
        : builder.add({ kind: 'activation', name, inputs: [tensor], activation: 'relu' });
  }
  return thinned(builder, tensor);
}

/** @param arrayBytes of one array; a power of two, or a multiple of 4 KiB */
export function trafficCase(kernel: TrafficKernel, arrayBytes: number, chain = 1): TrafficCase {
  const values = arrayBytes / BYTES_PER_VALUE;
  return {
    id: `${kernel} ${arrayBytes}`,
    kernel,
    network: trafficNetwork(kernel, values, chain),
    single: chain > 1 ? trafficNetwork(kernel, values, 1) : null,
    batch: 1,
    arrayBytes,
    chain,
    flops: kernel === 'triad' ? values : 0,
    bytes: ARRAYS[kernel] * arrayBytes,
  };
}

export function computeCase(shape: ComputeShape): ComputeCase {
  const { kernel, batch, size, inputChannels, outputChannels } = shape;
  const filter = FILTERS[kernel];
  const id =
    kernel === 'gemm'
      ? `gemm ${batch}x${inputChannels}x${outputChannels}`
      : `${kernel} ${size}x${size} ${inputChannels}-${outputChannels}${batch > 1 ? ` batch ${batch}` : ''}`;
  const builder = new NetworkBuilder(id.replaceAll(' ', '-'));
  const input = builder.input(size, size, inputChannels);
  let network: Network;
  if (kernel === 'gemm') {
    const flat = builder.simple('flatten', 'flatten', input);
    network = builder.build(builder.dense('thin', builder.dense(MEASURED, flat, outputChannels), 1));
  } else {
    const convolution = builder.add({
      kind: 'conv2d',
      name: MEASURED,
      inputs: [input],
      filters: outputChannels,
      kernelSize: [filter, filter],
      strides: [1, 1],
      padding: 'same',
      useBias: true,
    });
    network = thinned(builder, convolution);
  }
  const pixels = batch * size ** 2;
  const weights = filter ** 2 * inputChannels * outputChannels;
  return {
    ...shape,
    id,
    network,
    flops: 2 * pixels * weights,
    bytes: BYTES_PER_VALUE * (pixels * (inputChannels + outputChannels) + weights + outputChannels),
  };
}

/** Caches that the engine's threads have, in bytes; null where the system does not say or a GPU computes. */
export type Caches = Readonly<Record<Exclude<MemoryLevel, 'memory'>, number | null>>;

export function cachesOf(
  { cacheBytes, physicalCores }: Pick<MachineDescription, 'cacheBytes' | 'physicalCores'>,
  { threads, hardware }: Pick<EngineDescription, 'threads' | 'hardware'>,
): Caches {
  if (hardware === 'gpu') return { L1: null, L2: null, L3: null };
  const share = Math.min(1, threads / Math.max(1, physicalCores));
  const own = (bytes: number | null) => (bytes === null ? null : bytes * share);
  return { L1: own(cacheBytes.l1d), L2: own(cacheBytes.l2), L3: cacheBytes.l3 };
}

/** STREAM's rule: an array of at least four times the last cache. */
const BEYOND_CACHES = 4;
/** Of caches that nobody tells of: the largest of a GPU of 2026 are some 100 MiB, its L2 in two halves. */
const UNKNOWN_CACHE_BYTES = 64 * MIB;

function lastCacheBytes({ L2, L3 }: Caches): number {
  return L3 ?? (L2 === null ? UNKNOWN_CACHE_BYTES : L2);
}

/** Bytes per array from which a kernel counts as running from memory. */
export function memoryArrayBytes(caches: Caches): number {
  return 2 ** Math.ceil(Math.log2(BEYOND_CACHES * lastCacheBytes(caches)));
}

/** The level that holds all arrays of a kernel; null in between the last cache and memory. */
export function memoryLevel(kernel: TrafficKernel, arrayBytes: number, caches: Caches): MemoryLevel | null {
  const workingSet = ARRAYS[kernel] * arrayBytes;
  const level = (['L1', 'L2', 'L3'] as const).find((name) => workingSet <= (caches[name] ?? 0));
  if (level !== undefined) return level;
  return arrayBytes >= memoryArrayBytes(caches) ? 'memory' : null;
}

/** Arrays too small to move anything: what a kernel costs before its first byte. */
export const OVERHEAD_ARRAY_BYTES = 64;
/** Below this a profile in whole microseconds is too coarse. */
const CHAINED_ARRAY_BYTES = 512 * KIB;
const CHAIN = 192;
/** Of the machine's memory, one array: all sizes are loaded together, in two copies. */
const MEMORY_SHARE = 1 / 32;

/** Whether small kernels are too short for the engine's clock, and it computes chains of them in place. */
function chains({ engine, hardware }: EngineDescription): boolean {
  return engineNamed(engine).wholeMicrosecondsOn?.includes(hardware) ?? false;
}

/** Copy and triad by size, from the first cache to far beyond the last. */
export function trafficCases(
  engine: EngineDescription,
  caches: Caches,
  { memoryBytes }: Pick<MachineDescription, 'memoryBytes'>,
): TrafficCase[] {
  const largest = 1.5 * memoryArrayBytes(caches);
  const sizes = [OVERHEAD_ARRAY_BYTES];
  for (let bytes = 4 * KIB; bytes <= largest; bytes *= 2) sizes.push(bytes);
  sizes.push(largest);
  return sizes
    .filter((bytes) => bytes <= MEMORY_SHARE * memoryBytes)
    .flatMap((bytes) =>
      (['copy', 'triad'] as const).map((kernel) =>
        trafficCase(kernel, bytes, chains(engine) && bytes < CHAINED_ARRAY_BYTES ? CHAIN : 1),
      ),
    );
}

export function gemmShape(rows: number, terms: number, columns: number): ComputeShape {
  return { kernel: 'gemm', batch: rows, size: 1, inputChannels: terms, outputChannels: columns };
}

export function convShape(
  kernel: 'conv-1x1' | 'conv-3x3',
  size: number,
  inputChannels: number,
  outputChannels = inputChannels,
): ComputeShape {
  return { kernel, batch: 1, size, inputChannels, outputChannels };
}

/** Matrix products and convolutions by size. */
export function computeCases(): ComputeCase[] {
  const shapes = [128, 192, 256, 384, 512, 768, 1024, 1536, 2048].map((n) => gemmShape(n, n, n));
  shapes.push(gemmShape(256, 256, 1024), gemmShape(1024, 256, 256), gemmShape(256, 1024, 256));
  for (const kernel of ['conv-1x1', 'conv-3x3'] as const) {
    for (const size of [7, 14, 28, 56]) {
      for (const channels of [32, 64, 128, 256, 512]) shapes.push(convShape(kernel, size, channels));
    }
  }
  return shapes.map(computeCase);
}

/** Of a refined case: shorter kernels are timed too coarsely, longer ones cost too much of the budget. */
const REFINED_FLOPS = [2e7, 5e9] as const;
const FACTORS = [0.5, 0.75, 1.5, 2];

/** Shapes near one: each size, or input and output channels together, made smaller and larger. */
export function neighbouringShapes(shape: ComputeShape): ComputeShape[] {
  const dimensions = [
    ...(shape.kernel === 'gemm' ? [['batch'] as const] : [['size'] as const]),
    ['inputChannels'] as const,
    ['outputChannels'] as const,
    ['inputChannels', 'outputChannels'] as const,
  ];
  const neighbours: ComputeShape[] = [];
  for (const factor of FACTORS) {
    for (const names of dimensions) {
      const { kernel, batch, size, inputChannels, outputChannels } = shape;
      const changed = { kernel, batch, size, inputChannels, outputChannels };
      for (const name of names) changed[name] = Math.max(1, Math.round(changed[name] * factor));
      neighbours.push(changed);
    }
  }
  return neighbours;
}

/** Cases to try next: neighbours of the fastest, not tried yet. */
export function refinedCases(fastest: readonly ComputeShape[], tried: ReadonlySet<string>): ComputeCase[] {
  const cases = new Map<string, ComputeCase>();
  for (const neighbour of fastest.flatMap(neighbouringShapes).map(computeCase)) {
    const [least, most] = REFINED_FLOPS;
    if (tried.has(neighbour.id) || neighbour.flops < least || neighbour.flops > most) continue;
    cases.set(neighbour.id, neighbour);
  }
  return [...cases.values()];
}

const SWEPT_CHANNELS = [4, 8, 16, 32, 64, 128, 256, 512];
/** A matrix product of fewer is smaller than what keeps its result small. */
const LEAST_PRODUCT_CHANNELS = 16;
/** Sides of the maps of common networks are multiples of 7; powers of two would alias in the caches. */
const SIDE_MULTIPLE = 7;

/**
 * 1×1 convolutions over a map beyond the caches, with more and more channels: C/4 FLOPs per byte, from memory-bound to
 * compute-bound; and the same products as dense layers, which engines block otherwise.
 */
export function intensityCases(caches: Caches): ComputeCase[] {
  const values = (2 * lastCacheBytes(caches)) / BYTES_PER_VALUE;
  const sideFor = (channels: number) =>
    Math.max(1, Math.round(Math.sqrt(values / channels) / SIDE_MULTIPLE)) * SIDE_MULTIPLE;
  const convolutions = SWEPT_CHANNELS.map((channels) => convShape('conv-1x1', sideFor(channels), channels));
  const products = SWEPT_CHANNELS.filter((channels) => channels >= LEAST_PRODUCT_CHANNELS).map((channels) =>
    gemmShape(sideFor(channels) ** 2, channels, channels),
  );
  return [...convolutions, ...products].map(computeCase);
}
