// Which further networks teach most about those that are to be predicted.
import type { Kernel } from '../../network/lowering/kernel.ts';
import { groupBy } from '../../records/group-by.ts';
import { type ChannelShape, channelShape, shapeKey } from '../ladder/channel-shape.ts';
import { type KernelModel, predictKernel } from '../ladder/ladder.ts';
import { ShapeUncertainty } from './shape-uncertainty.ts';

/** A network that may be measured, or one whose prediction should get better. */
export interface Candidate<T> {
  readonly proposed: T;
  readonly kernels: readonly Kernel[];
}

/** More distinct measured shapes of a class than this are thinned out: the cost is quadratic in them. */
const MAX_MEASURED = 100;
/** Variance of log time at a kernel whose class was never sampled. */
const UNSEEN_VARIANCE = 0.25;

const keyOf = (kernel: Kernel) => shapeKey(channelShape(kernel));

function distinct(kernels: readonly Kernel[]): ChannelShape[] {
  return [...new Map(kernels.map((kernel) => [keyOf(kernel), channelShape(kernel)])).values()];
}

const byClass = (kernels: readonly Kernel[]) => groupBy(kernels, ({ kernelClass }) => kernelClass);

function thinned<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)] as T);
}

/** One kernel class: which shapes are of interest, and how uncertain they are. */
interface ClassState {
  readonly uncertainty: ShapeUncertainty;
  readonly indexOf: ReadonlyMap<string, number>;
  /** Shapes of the networks to predict: index and Σ over them of (share of the network's time)². */
  readonly wanted: ReadonlyMap<number, number>;
  readonly seen: boolean;
}

/**
 * The networks that teach most about others: one after the other, the candidate whose kernels, once measured, lower
 * the variance of the predicted latencies of `targets` most (active learning after Cohn, Ghahramani & Jordan, JAIR 4,
 * 1996). A kernel's time is as uncertain as the residual table of its class at its shape, and counts by the square of its
 * share in its network.
 * @param measured kernels measured so far
 * @param model fitted to them; it says what each kernel's share is
 * @returns at most `count` of the candidates, the best first
 */
export function proposeTargeted<T>(
  candidates: readonly Candidate<T>[],
  targets: readonly Candidate<unknown>[],
  measured: readonly Kernel[],
  model: KernelModel,
  count: number,
): T[] {
  const measuredClasses = byClass(measured);
  const shapes = byClass([...candidates, ...targets].flatMap(({ kernels }) => [...kernels]));
  const weights = targets.map(({ kernels }) => squaredShares(kernels, model));
  const states = new Map<string, ClassState>();
  for (const [name, kernels] of shapes) {
    const list = distinct(kernels);
    const uncertainty = new ShapeUncertainty(list);
    const seen = measuredClasses.get(name) ?? [];
    for (const shape of thinned(distinct(seen), MAX_MEASURED)) uncertainty.measure(shape);
    const indexOf = new Map(list.map((shape, index) => [shapeKey(shape), index]));
    states.set(name, {
      uncertainty,
      indexOf,
      wanted: wantedOf(name, targets, weights, indexOf),
      seen: seen.length > 0,
    });
  }
  const gainOf = ({ kernels }: Candidate<T>): number => {
    let gain = 0;
    for (const [name, list] of byClass(kernels)) {
      const state = states.get(name) as ClassState;
      const at = [...new Set(list.map((kernel) => state.indexOf.get(keyOf(kernel)) as number))];
      for (const [of, weight] of state.wanted) {
        const variance = state.seen ? state.uncertainty.variance(of) : UNSEEN_VARIANCE;
        let lowered = 0;
        for (const index of at) lowered += state.uncertainty.reduction(of, index);
        // Shapes of one network tell in part the same: no more than all there is to know.
        gain += weight * (state.seen ? Math.min(variance, lowered) : variance);
      }
    }
    return gain;
  };
  const left = [...candidates];
  const chosen: T[] = [];
  while (chosen.length < count && left.length > 0) {
    const gains = left.map(gainOf);
    const best = gains.indexOf(Math.max(...gains));
    const [candidate] = left.splice(best, 1) as [Candidate<T>];
    chosen.push(candidate.proposed);
    for (const [name, list] of byClass(candidate.kernels)) {
      const state = states.get(name) as ClassState;
      for (const shape of distinct(list)) state.uncertainty.measure(shape);
      states.set(name, { ...state, seen: true });
    }
  }
  return chosen;
}

/** Of each kernel of a network: the square of its share in the network's time. */
function squaredShares(kernels: readonly Kernel[], model: KernelModel): number[] {
  const times = kernels.map((kernel) => predictKernel(model, kernel).latencyUs);
  const total = times.reduce((sum, time) => sum + time, 0);
  return times.map((time) => (time / total) ** 2);
}

function wantedOf(
  name: string,
  targets: readonly Candidate<unknown>[],
  weights: readonly (readonly number[])[],
  indexOf: ReadonlyMap<string, number>,
): Map<number, number> {
  const wanted = new Map<number, number>();
  targets.forEach(({ kernels }, target) => {
    kernels.forEach((kernel, i) => {
      if (kernel.kernelClass !== name) return;
      const index = indexOf.get(keyOf(kernel)) as number;
      wanted.set(index, (wanted.get(index) ?? 0) + (weights[target]?.[i] as number));
    });
  });
  return wanted;
}
