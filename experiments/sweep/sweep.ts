// A sweep: methods × budgets × seeds, each network as fast as asked by measurement, trained alike.
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import type { SweepRecord } from '../../records/sweep.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { type Base, baseOf } from './base.ts';
import { chooseNetworks, type SeedRun, type Source } from './choose-networks.ts';
import { type Path, pathOf, type Variant, variantId, variantsOf } from './methods.ts';
import { type Snapshots, shrinkPath } from './shrink-path.ts';
import { openSweep, type SweepOptions } from './sweep-run.ts';
import { addRow, rowOf, trainChosen } from './train-chosen.ts';
import { trainSeed } from './train-variant.ts';

/** Between two snapshots of a path, as shares of the seed network's latency. */
const LEVEL_STEP = 0.05;
const HIGHEST_LEVEL = 0.95;

/** Levels of a path from just below a latency down to what the smallest budget shrinks to, in µs. */
export function pathLevels(fullUs: number, lowestUs: number): number[] {
  const levels: number[] = [];
  for (let share = HIGHEST_LEVEL; share * fullUs > lowestUs; share -= LEVEL_STEP) levels.push(share * fullUs);
  return [...levels, lowestUs];
}

/** Shares of a seed's progress, in the order in which its phases come. */
const PHASES = { seed: 0.08, paths: 0.25, networks: 0.75, paths2: 0.85 } as const;

/** A part of a span of progress, of `count` equal ones. */
const nth = (
  listener: ProgressListener,
  [from, to]: readonly [number, number],
  index: number,
  count: number,
) => partOf(listener, from + ((to - from) * index) / count, from + ((to - from) * (index + 1)) / count);

/** Snapshots of every path that the methods need. */
async function shrinkAll(
  { run, seed, seedUs }: SeedRun,
  base: Base,
  start: Weights,
  onProgress: ProgressListener,
): Promise<Map<Path, Snapshots>> {
  const { methods, budgets, shrinkShare } = run.options;
  const paths = [...new Set(methods.map(pathOf))].filter((path): path is Path => path !== null);
  const levels = pathLevels(seedUs, shrinkShare * Math.min(...budgets) * seedUs);
  const snapshots = new Map<Path, Snapshots>();
  for (const [index, path] of paths.entries()) {
    const along = { id: `path-${path}`, path, base, start, levels };
    const part = nth(onProgress, [PHASES.seed, PHASES.paths], index, paths.length);
    snapshots.set(path, await shrinkPath(run, seed, along, part));
  }
  return snapshots;
}

/** The expanded networks, each shrunk along a path of its own: Algorithm 1's repetition. */
async function shrinkAgain(
  { run, seed }: SeedRun,
  variants: readonly Variant[],
  expanded: ReadonlyMap<string, { readonly network: Network; readonly weights: Weights }>,
  onProgress: ProgressListener,
): Promise<Source[]> {
  const { device, shrinkShare } = run.options;
  const sources: Source[] = [];
  for (const [index, variant] of variants.entries()) {
    const found = expanded.get(variantId({ ...variant, form: 'expanded' }));
    const path = pathOf(variant.method);
    // Only what was expanded once can be expanded twice.
    if (found === undefined || path === null) continue;
    const base = baseOf(found.network, device);
    const fullUs = base.predictor.latencyUs(base.plan.fullWidths);
    const levels = pathLevels(fullUs, shrinkShare * fullUs);
    const along = { id: `path-${variantId(variant)}`, path, base, start: found.weights, levels };
    const part = nth(onProgress, [PHASES.networks, PHASES.paths2], index, variants.length);
    sources.push({ variant, base, snapshots: await shrinkPath(run, seed, along, part) });
  }
  return sources;
}

/** Everything of one random seed. */
async function sweepSeed(own: Omit<SeedRun, 'seedUs'>, onProgress: ProgressListener): Promise<void> {
  const { run, seed } = own;
  const { methods, forms, budgets, network, device } = run.options;
  const base = baseOf(network, device);
  const seedRun: SeedRun = { ...own, seedUs: base.predictor.latencyUs(base.plan.fullWidths) };
  const trained = await trainSeed(run, seed, partOf(onProgress, 0, PHASES.seed));
  const snapshots = await shrinkAll(seedRun, base, trained.weights, onProgress);

  const variants = variantsOf(methods, forms, budgets);
  const sources = variants
    .filter(({ form }) => form !== 'twice')
    .map((variant): Source => {
      const path = pathOf(variant.method);
      return { variant, base, snapshots: (path === null ? undefined : snapshots.get(path)) ?? new Map() };
    });
  const chosen = await chooseNetworks(seedRun, sources, 'choices.json');
  const [any] = chosen.values();
  const latencyUs = any?.kept.seedUs ?? Number.NaN;
  const seedRow = { method: 'seed', form: 'seed', budget: 1 };
  const measured = { latencyUs, seedUs: latencyUs, standardError: null };
  addRow(run, rowOf(seedRun, seedRow, network, measured, trained));
  const weights = await trainChosen(
    seedRun,
    sources,
    chosen,
    partOf(onProgress, PHASES.paths, PHASES.networks),
  );

  const expanded = new Map(
    [...chosen].flatMap(([id, { network: of }]) => {
      const own = weights.get(id);
      return own === undefined ? [] : [[id, { network: of, weights: own }] as const];
    }),
  );
  const twice = variants.filter(({ form }) => form === 'twice');
  const again = await shrinkAgain(seedRun, twice, expanded, onProgress);
  if (again.length === 0) return;
  const chosenAgain = await chooseNetworks(seedRun, again, 'choices-twice.json');
  await trainChosen(seedRun, again, chosenAgain, partOf(onProgress, PHASES.paths2, 1));
}

/**
 * Trains and measures every method at every budget for every seed; `sweep.csv` gets a row per network. A killed sweep goes
 * on after its last whole epoch.
 * @throws UserError if the data does not fit the network, or `out` holds a sweep of other settings
 */
export async function sweep(options: SweepOptions): Promise<SweepRecord[]> {
  const run = await openSweep(options);
  const measurer = await options.openMeasurer();
  try {
    for (const [index, seed] of options.seeds.entries()) {
      const { length } = options.seeds;
      await sweepSeed(
        { run, seed, measurer },
        partOf(options.onProgress, index / length, (index + 1) / length),
      );
    }
    return run.rows.read();
  } finally {
    await measurer.close();
  }
}
