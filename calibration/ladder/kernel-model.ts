import { median, quantile } from 'simple-statistics';
import { z } from 'zod';
import { type Kernel, kernelBytes } from '../../network/lowering/kernel.ts';
import { interval } from '../intervals/intervals.ts';
import { rooflineLogModel, sumLogModel, usedColumns } from '../regression/log-models.ts';
import { robustLogFit } from '../regression/robust-log-fit.ts';
import { fitResidualTable, type Residual, residualAt, residualTable } from './residual-table.ts';

/** A kernel and its measured time. */
export interface KernelSample {
  readonly kernel: Kernel;
  readonly latencyUs: number;
  /** Identifies the network it ran in: kernels of one are not independent. By default each is its own. */
  readonly network?: string;
  /** By each load alone, in µs; 0 where it was too short for the clock. */
  readonly loadsUs?: readonly number[];
}

const positive = z.number().nonnegative();

/** max(FLOPs / compute rate, bytes / bandwidth), plus a fixed overhead per kernel (0 on the first rung). */
export const rooflineModel = z.object({
  rung: z.enum(['roofline', 'overhead']),
  computeRateGflops: z.number().positive(),
  bandwidthGBps: z.number().positive(),
  overheadUs: positive,
  /** Robust relative error on the kernels it was fitted to. */
  kernelError: positive,
  /** Not in profiles of earlier versions; overhead only on the rung that has one. */
  intervals: z
    .object({ computeRateGflops: interval, bandwidthGBps: interval, overheadUs: interval.optional() })
    .optional(),
});
export type RooflineModel = z.infer<typeof rooflineModel>;

/** What a kernel of one class costs: a sum, each term a time per amount. */
const classCost = z.object({
  overheadUs: positive,
  /** Of the channels really computed, blocks included. */
  usPerMflop: positive,
  inputUsPerMB: positive,
  outputUsPerMB: positive,
  weightUsPerMB: positive,
  /** Of the matrix that a plain-layout convolution unfolds its input into (im2col). */
  unfoldedUsPerMB: positive,
  samples: z.number().int().positive(),
  kernelError: positive,
  /** Of the costs that were fitted; the samples cannot tell the others, 0, from them. Not in profiles of earlier versions. */
  intervals: z
    .object({
      overheadUs: interval,
      usPerMflop: interval,
      inputUsPerMB: interval,
      outputUsPerMB: interval,
      weightUsPerMB: interval,
      unfoldedUsPerMB: interval,
    })
    .partial()
    .optional(),
});
export type ClassCost = z.infer<typeof classCost>;

export const kernelClassModel = z.object({
  rung: z.literal('kernel-class'),
  classes: z.record(z.string(), classCost),
  /** For classes without samples, which predictions name. */
  fallback: rooflineModel,
});
export type KernelClassModel = z.infer<typeof kernelClassModel>;

export const tableModel = z.object({
  rung: z.literal('table'),
  base: kernelClassModel,
  /** By kernel class: what its costs miss, where there were samples enough to tell. */
  residuals: z.record(z.string(), residualTable),
});
export type TableModel = z.infer<typeof tableModel>;

export const layerTableModel = z.object({
  rung: z.literal('layer-table'),
  base: tableModel,
  /** By kernel as {@link kernelKey} names it: what the table of its class misses in this network's own kernel. */
  layers: z.record(z.string(), residualTable),
});
export type LayerTableModel = z.infer<typeof layerTableModel>;

/** Names one kernel of one network, whatever its widths. */
export function kernelKey({ name, kernelClass, output }: Kernel): string {
  return `${name} ${kernelClass} ${output.height}x${output.width}`;
}

export const kernelModel = z.discriminatedUnion('rung', [
  rooflineModel,
  kernelClassModel,
  tableModel,
  layerTableModel,
]);
export type KernelModel = z.infer<typeof kernelModel>;

export const RUNGS = ['roofline', 'overhead', 'kernel-class', 'table', 'layer-table'] as const;
export type Rung = (typeof RUNGS)[number];

export type Bound = 'compute' | 'memory' | 'overhead';

export interface KernelPrediction {
  latencyUs: number;
  bound: Bound;
}

/** µs of a GFLOP/s or GB/s rate: FLOPs / (GFLOP/s) is ns. */
const US_PER_NS = 1e-3;
const PER_MILLION = 1e-6;

/** Bytes of the unfolded input of a plain convolution: one row of taps × channels per output pixel. */
export function unfoldedBytes(kernel: Kernel): number {
  const taps = kernel.filter.height * kernel.filter.width;
  if (kernel.op !== 'conv' || kernel.layout === 'nchwc' || taps === 1) return 0;
  return 4 * kernel.batch * kernel.output.height * kernel.output.width * taps * kernel.inputChannels;
}

/** What the costs of a class are multiplied with, in the order of {@link COST_NAMES}. */
export function amounts(kernel: Kernel): [number, number, number, number, number, number] {
  return [
    1,
    kernel.paddedFlops * PER_MILLION,
    kernel.inputBytes * PER_MILLION,
    kernel.outputBytes * PER_MILLION,
    kernel.weightBytes * PER_MILLION,
    unfoldedBytes(kernel) * PER_MILLION,
  ];
}

function boundOf(overhead: number, compute: number, memory: number): Bound {
  if (overhead >= compute && overhead >= memory) return 'overhead';
  return compute >= memory ? 'compute' : 'memory';
}

function predictRoofline(model: RooflineModel, kernel: Kernel): KernelPrediction {
  const compute = (kernel.flops / model.computeRateGflops) * US_PER_NS;
  const memory = (kernelBytes(kernel) / model.bandwidthGBps) * US_PER_NS;
  return {
    latencyUs: model.overheadUs + Math.max(compute, memory),
    bound: boundOf(model.overheadUs, compute, memory),
  };
}

/** What a residual table is looked up by. */
export function channelShape({ inputChannels, outputChannels, output }: Kernel) {
  return { inputChannels, outputChannels, outputPixels: output.height * output.width };
}

/** Time of one kernel, in µs. */
export function predictKernel(model: KernelModel, kernel: Kernel): KernelPrediction {
  if (model.rung === 'layer-table') {
    const base = predictKernel(model.base, kernel);
    const table = model.layers[kernelKey(kernel)];
    if (table !== undefined) base.latencyUs *= Math.exp(residualAt(table, channelShape(kernel)));
    return base;
  }
  if (model.rung === 'table') {
    const base = predictKernel(model.base, kernel);
    const table = model.residuals[kernel.kernelClass];
    if (table !== undefined) base.latencyUs *= Math.exp(residualAt(table, channelShape(kernel)));
    return base;
  }
  if (model.rung !== 'kernel-class') return predictRoofline(model, kernel);
  const cost = model.classes[kernel.kernelClass];
  if (cost === undefined) return predictRoofline(model.fallback, kernel);
  const compute = cost.usPerMflop * kernel.paddedFlops * PER_MILLION;
  const memory =
    PER_MILLION *
    (cost.inputUsPerMB * kernel.inputBytes +
      cost.outputUsPerMB * kernel.outputBytes +
      cost.weightUsPerMB * kernel.weightBytes +
      cost.unfoldedUsPerMB * unfoldedBytes(kernel));
  return {
    latencyUs: cost.overheadUs + compute + memory,
    bound: boundOf(cost.overheadUs, compute, memory),
  };
}

/** The costs of a class, in the order of {@link amounts}. */
export const COST_NAMES = [
  'overheadUs',
  'usPerMflop',
  'inputUsPerMB',
  'outputUsPerMB',
  'weightUsPerMB',
  'unfoldedUsPerMB',
] as const;

/** Starting value of a rate: what the fastest tenth of the samples reach. */
function topRate(amountsOf: readonly number[], times: readonly number[]): number {
  const rates = amountsOf.map((amount, i) => amount / (times[i] as number)).filter((rate) => rate > 0);
  return rates.length > 0 ? quantile(rates, 0.9) : 1;
}

/** 1000 FLOPs and 1000 bytes of each kernel: over GFLOP/s and GB/s they are µs. */
export function rooflineAmounts(samples: readonly KernelSample[]): { flops: number[]; bytes: number[] } {
  return {
    flops: samples.map(({ kernel }) => kernel.flops * US_PER_NS),
    bytes: samples.map(({ kernel }) => kernelBytes(kernel) * US_PER_NS),
  };
}

/** Rungs 1 and 2, fitted robustly in log space. */
export function fitRoofline(samples: readonly KernelSample[], withOverhead: boolean): RooflineModel {
  const { flops, bytes } = rooflineAmounts(samples);
  const times = samples.map(({ latencyUs }) => latencyUs);
  const model = rooflineLogModel(flops, bytes, withOverhead);
  const start = [topRate(flops, times), topRate(bytes, times), quantile(times, 0.05) / 2];
  const { theta, sigma } = robustLogFit(model, times, start.slice(0, model.parameters));
  return {
    rung: withOverhead ? 'overhead' : 'roofline',
    computeRateGflops: theta[0] as number,
    bandwidthGBps: theta[1] as number,
    overheadUs: withOverhead ? (theta[2] as number) : 0,
    kernelError: sigma,
  };
}

/** A class needs this many samples for costs of its own. */
export const MIN_CLASS_SAMPLES = 4;

function fitClass(samples: readonly KernelSample[]): ClassCost {
  const rows = samples.map(({ kernel }) => amounts(kernel));
  const times = samples.map(({ latencyUs }) => latencyUs);
  const used = usedColumns(rows, times);
  const model = sumLogModel(rows, used);
  const start = used.map((column) => {
    if (column === 0) return Math.max(1e-3, quantile(times, 0.05) / 2);
    const share = rows.map((row, i) => (times[i] as number) / Math.max(1e-9, row[column] as number));
    return Math.max(1e-6, quantile(share, 0.1) / used.length);
  });
  const { theta, sigma } = robustLogFit(model, times, start);
  const cost = (column: number) => {
    const at = used.indexOf(column);
    return at < 0 ? 0 : (theta[at] as number);
  };
  return {
    overheadUs: cost(0),
    usPerMflop: cost(1),
    inputUsPerMB: cost(2),
    outputUsPerMB: cost(3),
    weightUsPerMB: cost(4),
    unfoldedUsPerMB: cost(5),
    samples: samples.length,
    kernelError: sigma,
  };
}

/** Rung 3: each kernel class with costs of its own. */
export function fitKernelClasses(
  samples: readonly KernelSample[],
  fallback: RooflineModel,
): KernelClassModel {
  const byClass = new Map<string, KernelSample[]>();
  for (const sample of samples) {
    const list = byClass.get(sample.kernel.kernelClass);
    if (list === undefined) byClass.set(sample.kernel.kernelClass, [sample]);
    else list.push(sample);
  }
  const classes: Record<string, ClassCost> = {};
  for (const [name, list] of [...byClass].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (list.length >= MIN_CLASS_SAMPLES) {
      classes[name] = fitClass(list);
      continue;
    }
    // Too few to fit: the fallback's terms, scaled to what was seen.
    const factor = median(
      list.map(({ kernel, latencyUs }) => latencyUs / predictKernel(fallback, kernel).latencyUs),
    );
    const bytesUsPerMB = (1e3 / fallback.bandwidthGBps) * factor;
    classes[name] = {
      overheadUs: fallback.overheadUs * factor,
      usPerMflop: (1e3 / fallback.computeRateGflops) * factor,
      inputUsPerMB: list.some(({ kernel }) => kernel.flops > 0) ? 0 : bytesUsPerMB,
      outputUsPerMB: list.some(({ kernel }) => kernel.flops > 0) ? 0 : bytesUsPerMB,
      weightUsPerMB: 0,
      unfoldedUsPerMB: 0,
      samples: list.length,
      kernelError: 1,
    };
  }
  return { rung: 'kernel-class', classes, fallback };
}

/** A class needs this many samples for a table. */
const MIN_TABLE_SAMPLES = 12;

/** Rung 4: what the costs of each class miss, as a table over channels and output size. */
export function fitTables(samples: readonly KernelSample[], base: KernelClassModel): TableModel {
  const byClass = new Map<string, Residual[]>();
  for (const { kernel, latencyUs } of samples) {
    const log = Math.log(latencyUs / predictKernel(base, kernel).latencyUs);
    const list = byClass.get(kernel.kernelClass) ?? [];
    byClass.set(kernel.kernelClass, list);
    list.push({ shape: channelShape(kernel), log });
  }
  const residuals: TableModel['residuals'] = {};
  for (const [name, list] of [...byClass].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (list.length >= MIN_TABLE_SAMPLES && base.classes[name] !== undefined) {
      residuals[name] = fitResidualTable(list);
    }
  }
  return { rung: 'table', base, residuals };
}
