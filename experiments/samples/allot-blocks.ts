// Which samples are loaded and measured together.
import { totalmem } from 'node:os';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { shuffled } from '../../network/shuffle.ts';
import { type DrawnSample, type Family, isProfiled } from './family.ts';

/** Engines that never free what they pooled for a shape must not see too many of them in one process. */
export const NETWORKS_PER_BLOCK = 160;
/** Share of the machine's memory that loaded networks may take. */
const MEMORY_SHARE = 0.35;
/** Bytes that a loaded network takes per byte of its weights: the engine keeps packed copies. */
const BYTES_PER_WEIGHT_BYTE = 2.5;

/**
 * Networks that are loaded and measured together, in shuffled order: all of them where memory allows, so that every
 * round compares them in one state of the machine.
 */
export function allotBlocks(
  samples: readonly DrawnSample[],
  seed: number,
  most: number,
  heapBytes = Number.POSITIVE_INFINITY,
): DrawnSample[][] {
  const limit = Math.min(heapBytes, MEMORY_SHARE * totalmem());
  // Blocks of one size: a last block of one network would be measured for as long as the others.
  const size = Math.ceil(samples.length / Math.ceil(samples.length / most));
  const blocks: DrawnSample[][] = [[]];
  let bytes = 0;
  const views = new Map<Family, MorphNetView>();
  for (const index of shuffled(samples.length, seed, 0)) {
    const next = samples[index] as DrawnSample;
    const view = views.get(next.family) ?? new MorphNetView(next.family.plan);
    views.set(next.family, view);
    const { parameters } = view.totals(next.widths, [], new Float64Array(0));
    const own = 4 * parameters * (isProfiled(next.proposed) ? 2 : 1) * BYTES_PER_WEIGHT_BYTE;
    if ((bytes + own > limit && bytes > 0) || blocks.at(-1)?.length === size) {
      blocks.push([]);
      bytes = 0;
    }
    bytes += own;
    blocks.at(-1)?.push(next);
  }
  return blocks;
}
