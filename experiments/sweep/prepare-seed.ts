// Everything of one random seed that all its budgets share: the seed network trained, and shrunk along every path.
import type { Weights } from '../../network/weights.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { type Base, baseOf } from './base.ts';
import type { SeedRun, Source } from './choose-networks.ts';
import { type Path, pathOf, variantsOf } from './methods.ts';
import { type Snapshots, shrinkPath } from './shrink-path.ts';
import { type TrainedVariant, trainSeed } from './train-variant.ts';

/** Between two snapshots of a path, as shares of what the seed network costs. */
const LEVEL_STEP = 0.05;
const HIGHEST_LEVEL = 0.95;

/** Levels of a path from just below the full cost down to what the smallest budget shrinks to. */
export function pathLevels(full: number, lowest: number): number[] {
  const levels: number[] = [];
  for (let share = HIGHEST_LEVEL; share * full > lowest; share -= LEVEL_STEP) levels.push(share * full);
  return [...levels, lowest];
}

/** A random seed whose networks can be chosen. */
export interface PreparedSeed {
  readonly own: SeedRun;
  readonly trained: TrainedVariant;
  /** Of all networks but those expanded twice, which come from others. */
  readonly sources: readonly Source[];
}

/** Of a seed's preparation, its own training. */
const SEED_SHARE = 0.3;

/** Snapshots of every path that the methods need. */
async function shrinkAll(
  { run, seed, seedCost }: SeedRun,
  base: Base,
  start: Weights,
  onProgress: ProgressListener,
): Promise<Map<Path, Snapshots>> {
  const { methods, budgets, shrinkShare } = run.options;
  const paths = [...new Set(methods.map(pathOf))].filter((path): path is Path => path !== null);
  const levels = pathLevels(seedCost, shrinkShare * Math.min(...budgets) * seedCost);
  const snapshots = new Map<Path, Snapshots>();
  for (const [index, path] of paths.entries()) {
    const along = { id: `path-${path}`, path, base, start, levels };
    const part = partOf(onProgress, index / paths.length, (index + 1) / paths.length);
    snapshots.set(path, await shrinkPath(run, seed, along, part));
  }
  return snapshots;
}

/** Trains the seed network and shrinks it along the path of every method. */
export async function prepareSeed(
  own: Omit<SeedRun, 'seedUs' | 'seedCost'>,
  onProgress: ProgressListener,
): Promise<PreparedSeed> {
  const { run, seed } = own;
  const { methods, forms, budgets, network, device, budgetIn } = run.options;
  const base = baseOf(network, device, budgetIn);
  const { fullWidths } = base.plan;
  const seedRun: SeedRun = {
    ...own,
    seedUs: base.predictor.latencyUs(fullWidths),
    seedCost: base.cost(fullWidths),
  };
  const trained = await trainSeed(run, seed, partOf(onProgress, 0, SEED_SHARE));
  const snapshots = await shrinkAll(seedRun, base, trained.weights, partOf(onProgress, SEED_SHARE, 1));
  const sources = variantsOf(methods, forms, budgets)
    .filter(({ form }) => form !== 'twice')
    .map((variant): Source => {
      const path = pathOf(variant.method);
      const own = (path === null ? undefined : snapshots.get(path)) ?? new Map();
      return { variant, base, weights: trained.weights, snapshots: own };
    });
  return { own: seedRun, trained, sources };
}
