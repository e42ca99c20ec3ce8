// How far the smoothed potential lies from the predictions that it smooths.
import { max, mean, quantile } from 'simple-statistics';
import { z } from 'zod';
import type { Kernel } from '../../network/lowering/kernel.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import type { KernelModel } from '../ladder/ladder.ts';
import { type NetworkModel, networkLatencyUs } from '../ladder/network-model.ts';
import { sortedGroups } from '../ladder/sorted-groups.ts';
import { channelLattices } from './channel-lattice.ts';
import { KernelPotential } from './kernel-potential.ts';
import { type ChannelLattice, WINDOW_CHANNELS } from './smoothing-window.ts';

/** |smoothed / predicted − 1|, as fractions. */
const gap = z.object({
  points: z.number().int().nonnegative(),
  mean: z.number().nonnegative(),
  p95: z.number().nonnegative(),
  max: z.number().nonnegative(),
});
export type Gap = z.infer<typeof gap>;

/** How far the potential that training's slopes come from lies from the predictions that it smooths. */
export const smoothing = z.object({
  /** The window that it averages over, on each axis. */
  windowChannels: z.number().int().positive(),
  /**
   * By kernel class, over its domain: at every channel count where outputs follow inputs, else before and behind each power
   * of two, where the steps are, and at counts spread evenly over octaves.
   */
  classes: z.record(z.string(), gap),
  /** Of whole networks: those measured. */
  networks: gap,
});
/** How far the smoothed latency of training lies from the predicted one; see `smoothing`. */
export type Smoothing = z.infer<typeof smoothing>;

function gapOf(values: readonly number[]): Gap {
  if (values.length === 0) return { points: 0, mean: 0, p95: 0, max: 0 };
  const rounded = (value: number) => Number(value.toPrecision(4));
  return {
    points: values.length,
    mean: rounded(mean([...values])),
    p95: rounded(quantile([...values], 0.95)),
    max: rounded(max([...values])),
  };
}

type Range = readonly [number, number];

/** The lattice's count at or below a place, and the next above. */
function neighbours({ first, dense, step }: ChannelLattice, place: number): [number, number] {
  const [from, spacing] = place < dense ? [first, 1] : [dense, step];
  const below = from + Math.floor((place - from) / spacing) * spacing;
  return [below, below + spacing];
}

/** Every count of a lattice in a range. */
function allOf(lattice: ChannelLattice, [least, most]: Range): number[] {
  const counts: number[] = [];
  for (let count = lattice.first; count <= most; count = neighbours(lattice, count)[1]) {
    if (count >= least) counts.push(count);
  }
  return counts;
}

/** Of a lattice: the counts at or below each power of two and one and a half of it, and the next above, in a range. */
function edgesOf(lattice: ChannelLattice, [least, most]: Range): number[] {
  const counts = new Set<number>();
  for (let power = 1; power <= 2 * most; power *= 2) {
    for (const place of [power, 1.5 * power]) {
      for (const count of neighbours(lattice, place)) {
        if (count >= Math.max(least, lattice.first) && count <= most) counts.add(count);
      }
    }
  }
  return [...counts];
}

const SPREAD_POINTS = 600;
/** Of the plastic number ρ: 1/ρ and 1/ρ² (the R₂ sequence, which covers a square evenly). */
const SPREAD = [0.7548776662466927, 0.5698402909980532] as const;

/** Pairs of counts, spread evenly over the octaves of two ranges. */
function spreadOver(lattices: readonly [ChannelLattice, ChannelLattice], ranges: readonly [Range, Range]) {
  return Array.from({ length: SPREAD_POINTS }, (_, k) =>
    ([0, 1] as const).map((axis) => {
      const [least, most] = ranges[axis];
      const place = least * (most / least) ** (((k + 1) * SPREAD[axis]) % 1);
      const lattice = lattices[axis];
      return Math.max(lattice.first, neighbours(lattice, Math.round(place))[0]);
    }),
  ) as [number, number][];
}

const rangeOf = (values: readonly number[]): [number, number] => [
  values.reduce((a, b) => Math.min(a, b)),
  values.reduce((a, b) => Math.max(a, b)),
];

/** Kernels of one class with few, middling and many output pixels. */
function bySize(kernels: readonly Kernel[]): Kernel[] {
  const pixels = ({ output }: Kernel) => output.height * output.width;
  const sorted = kernels.toSorted((a, b) => pixels(a) - pixels(b));
  const at = [0, sorted.length >> 1, sorted.length - 1].map((index) => sorted[index] as Kernel);
  return at.filter((kernel, i) => at.findIndex((other) => pixels(other) === pixels(kernel)) === i);
}

function classGaps(
  model: KernelModel,
  kernels: readonly Kernel[],
  rules: Pick<LoweringRules, 'channelBlock'>,
): number[] {
  const inputRange = rangeOf(kernels.map(({ inputChannels }) => inputChannels));
  const outputRange = rangeOf(kernels.map(({ outputChannels }) => outputChannels));
  const gaps: number[] = [];
  for (const kernel of bySize(kernels)) {
    const potential = new KernelPotential(model, kernel, rules);
    const { input, output, tied } = channelLattices(kernel, rules.channelBlock);
    const add = (inputs: number, outputs: number) =>
      gaps.push(Math.abs(potential.latencyUs(inputs, outputs) / potential.tableUs(inputs, outputs) - 1));
    if (tied) {
      const { inputChannels, outputChannels } = kernel;
      const fewer = Math.min(inputChannels, outputChannels);
      for (const count of allOf(input, inputChannels === fewer ? inputRange : outputRange)) {
        add((count * inputChannels) / fewer, (count * outputChannels) / fewer);
      }
      continue;
    }
    const atEdges = edgesOf(input, inputRange).flatMap((inputs) =>
      edgesOf(output, outputRange).map((outputs): [number, number] => [inputs, outputs]),
    );
    const spread = spreadOver([input, output], [inputRange, outputRange]);
    for (const [inputs, outputs] of [...atEdges, ...spread]) {
      // A concat makes more than its first input, a slice less than its input.
      if (kernel.op === 'concat' && outputs < inputs) continue;
      if (kernel.op === 'slice' && outputs > inputs) continue;
      add(inputs, outputs);
    }
  }
  return gaps;
}

/**
 * Measures the gap of a model's smoothed potential ({@link KernelPotential}).
 * @param rung whose predictions are smoothed
 * @param kernels that the model was fitted to; their ranges of channels are each class's domain
 * @param networks kernels of whole networks
 */
export function smoothingGaps(
  { model, network }: { readonly model: KernelModel; readonly network: NetworkModel },
  kernels: readonly Kernel[],
  networks: readonly (readonly Kernel[])[],
  rules: Pick<LoweringRules, 'channelBlock'>,
): Smoothing {
  const wholes = networks.map((parts) => {
    let tableUs = 0;
    let smoothUs = 0;
    for (const kernel of parts) {
      const potential = new KernelPotential(model, kernel, rules);
      tableUs += potential.tableUs(kernel.inputChannels, kernel.outputChannels);
      smoothUs += potential.latencyUs(kernel.inputChannels, kernel.outputChannels);
    }
    const latencyUs = (kernelsUs: number) => networkLatencyUs(network, { kernelsUs, kernels: parts.length });
    return Math.abs(latencyUs(smoothUs) / latencyUs(tableUs) - 1);
  });
  return {
    windowChannels: WINDOW_CHANNELS,
    classes: Object.fromEntries(
      sortedGroups(kernels, ({ kernelClass }) => kernelClass).map(([name, list]) => [
        name,
        gapOf(classGaps(model, list, rules)),
      ]),
    ),
    networks: gapOf(wholes),
  };
}
