// Why a kernel takes another time in B than the same layer's kernel takes in A: the difference by cause.
import { type Kernel, kernelBytes } from '../../network/lowering/kernel.ts';
import type { Cause } from '../../records/explanation.ts';
import { type KernelCosts, partsSum } from './kernel-costs.ts';
import { wholeBlockParts } from './whole-blocks.ts';

/** µs by cause. */
export type Deltas = ReadonlyMap<Cause, number>;

/** Sum of deltas, each times a weight. */
export function addDeltas(...parts: readonly (readonly [Deltas, weight: number])[]): Deltas {
  const sum = new Map<Cause, number>();
  for (const [deltas, weight] of parts)
    for (const [cause, us] of deltas) sum.set(cause, (sum.get(cause) ?? 0) + weight * us);
  return sum;
}

/** FLOPs of both, or where one computes nothing their bytes. */
function workOf(a: Kernel, b: Kernel): { work: readonly [number, number]; counts: 'flops' | 'bytes' } {
  return a.flops > 0 && b.flops > 0
    ? { work: [a.flops, b.flops], counts: 'flops' }
    : { work: [kernelBytes(a), kernelBytes(b)], counts: 'bytes' };
}

/**
 * From one kernel to another of its class, at other channel counts or map sizes. Of the one with more work, all time is
 * taken to go with the work: FLOPs, or bytes where there are none. What of overhead and traffic did not is theirs, what
 * channels beside whole blocks cost is the remainder's, and what computing a FLOP (moving a byte) became dearer by has no
 * cause here. So explaining B by A tells the same as A by B, with other signs.
 */
function sizeChange(costs: KernelCosts, a: Kernel, b: Kernel): Deltas {
  const [wholeA, wholeB] = [wholeBlockParts(costs, a), wholeBlockParts(costs, b)];
  const beside = (kernel: Kernel, whole: typeof wholeA) => costs.predictUs(kernel) - partsSum(whole);
  const { work, counts } = workOf(a, b);
  const isMoreInA = work[0] >= work[1];
  const sign = isMoreInA ? 1 : -1;
  const [more, less] = isMoreInA ? [wholeA, wholeB] : [wholeB, wholeA];
  const largest = Math.max(...work);
  const share = largest > 0 ? Math.min(...work) / largest : 1;
  const stayed = (of: keyof typeof more) => sign * (less[of] - share * more[of]);
  const isCounted = counts === 'flops';
  return new Map<Cause, number>([
    [counts, sign * (share - 1) * partsSum(more)],
    ['overhead', stayed('overheadUs')],
    [isCounted ? 'memory' : 'unexplained', stayed('memoryUs') + (isCounted ? 0 : stayed('computeUs'))],
    ...(isCounted ? ([['unexplained', stayed('computeUs')]] as const) : []),
    ['remainder', beside(b, wholeB) - beside(a, wholeA)],
  ]);
}

/** From one kernel to another of a different class or frame at the same channel counts. */
function classChange(costs: KernelCosts, a: Kernel, b: Kernel): Deltas {
  const [aUs, bUs] = [costs.predictUs(a), costs.predictUs(b)];
  const isSameFilter = a.filter.height === b.filter.height && a.filter.width === b.filter.width;
  const isSameMap = a.output.height === b.output.height && a.output.width === b.output.width;
  if (a.op === b.op && a.layout !== b.layout && isSameFilter && isSameMap)
    return new Map([['layout', bUs - aUs]]);
  const { work, counts } = workOf(a, b);
  const share = Math.min(...work) / Math.max(...work);
  const inProportion = work[0] >= work[1] ? (share - 1) * aUs : (1 - share) * bUs;
  return new Map<Cause, number>([
    [counts, inProportion],
    [a.layout === b.layout ? 'kernel' : 'layout', bUs - aUs - inProportion],
  ]);
}

/**
 * Time of B's kernel less that of A's, by the device's model and by cause; the causes add up to it. Where class and sizes
 * both change, each is changed first in turn, and the mean of the two ways is told.
 */
export function kernelChange(costs: KernelCosts, a: Kernel, b: Kernel): Deltas {
  if (a.kernelClass === b.kernelClass) return sizeChange(costs, a, b);
  const otherClass = costs.at(b, a.inputChannels, a.outputChannels);
  const otherSize = costs.at(a, b.inputChannels, b.outputChannels);
  return addDeltas(
    [classChange(costs, a, otherClass), 0.5],
    [sizeChange(costs, otherClass, b), 0.5],
    [sizeChange(costs, a, otherSize), 0.5],
    [classChange(costs, otherSize, b), 0.5],
  );
}
