// Algorithm 1's repetition: networks that were expanded are shrunk along paths of their own, expanded again and trained.
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { baseOf } from './base.ts';
import { chooseNetworks, type SeedRun, type Source } from './choose-networks.ts';
import { pathOf, type Variant, variantId } from './methods.ts';
import { pathLevels } from './prepare-seed.ts';
import { shrinkPath } from './shrink-path.ts';
import { trainChosen } from './train-chosen.ts';

/** A network as it was trained. */
export interface TrainedNetwork {
  readonly network: Network;
  readonly weights: Weights;
}

/** Of the progress; the rest trains what was expanded again. */
const SHRINKING = 0.5;

/** The expanded networks, each shrunk along a path of its own. */
async function shrinkAgain(
  { run, seed }: SeedRun,
  variants: readonly Variant[],
  trained: ReadonlyMap<string, TrainedNetwork>,
  onProgress: ProgressListener,
): Promise<Source[]> {
  const { device, shrinkShare, budgetIn } = run.options;
  const sources: Source[] = [];
  for (const [index, variant] of variants.entries()) {
    const found = trained.get(variantId({ ...variant, form: 'expanded' }));
    const path = pathOf(variant.method);
    // Only what was expanded once can be expanded twice.
    if (found === undefined || path === null) continue;
    const base = baseOf(found.network, device, budgetIn);
    const full = base.cost(base.plan.fullWidths);
    const levels = pathLevels(full, shrinkShare * full);
    const along = { id: `path-${variantId(variant)}`, path, base, start: found.weights, levels };
    const part = partOf(onProgress, index / variants.length, (index + 1) / variants.length);
    const snapshots = await shrinkPath(run, seed, along, part);
    sources.push({ variant, base, weights: found.weights, snapshots });
  }
  return sources;
}

/**
 * Shrinks, expands and trains what was expanded once.
 * @param variants of the form `twice` and one budget
 * @param trained what was expanded once, by id
 */
export async function expandAgain(
  own: SeedRun,
  variants: readonly Variant[],
  trained: ReadonlyMap<string, TrainedNetwork>,
  onProgress: ProgressListener,
): Promise<void> {
  const sources = await shrinkAgain(own, variants, trained, partOf(onProgress, 0, SHRINKING));
  const [first] = sources;
  if (first === undefined) return;
  const chosen = await chooseNetworks(own, sources, `choices-twice-${first.variant.budget}.json`);
  await trainChosen(own, sources, chosen, partOf(onProgress, SHRINKING, 1));
}
