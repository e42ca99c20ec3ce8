// How large the batch norms' scales are along a path: the gap between channels that stay and those that go.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { GammaBinRecord } from '../../records/sweep.ts';
import { readCheckpoint } from '../train/checkpoint.ts';
import type { SnapshotState } from './shrink-path.ts';

const BINS_PER_DECADE = 4;
/** |γ| below this counts as 0: so do the regularizers. */
const LEAST_EXPONENT = -5;

/** Channels by the logarithm of their |γ|; those below 1e-5 have a bin of their own, without a border. */
export function histogramOf(
  importance: readonly number[],
): { log10_from: number | null; channels: number }[] {
  const counts = new Map<number | null, number>();
  for (const value of importance) {
    const at = Math.floor(BINS_PER_DECADE * Math.log10(value)) / BINS_PER_DECADE;
    const bin = at < LEAST_EXPONENT ? null : at;
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a ?? Number.NEGATIVE_INFINITY) - (b ?? Number.NEGATIVE_INFINITY))
    .map(([log10_from, channels]) => ({ log10_from, channels }));
}

/**
 * Histograms of the last snapshot of every path from a seed network.
 * @param folder of a sweep, with its snapshots
 */
export function gammaHistograms(folder: string): GammaBinRecord[] {
  const numbered = (name: string) => Number(name.replace('seed-', ''));
  const seeds = readdirSync(folder)
    .filter((name) => /^seed-\d+$/.test(name))
    .sort((a, b) => numbered(a) - numbered(b));
  return seeds.flatMap((name) =>
    readdirSync(join(folder, name))
      .filter((path) => /^path-[a-z-]+$/.test(path) && existsSync(join(folder, name, path)))
      .sort()
      .flatMap((path): GammaBinRecord[] => {
        const states = readdirSync(join(folder, name, path))
          .filter((file) => file.endsWith('.snapshot'))
          .flatMap((file) => readCheckpoint<SnapshotState>(join(folder, name, path, file))?.state ?? []);
        const [last] = states.sort((a, b) => a.cost - b.cost);
        if (last === undefined) return [];
        return histogramOf(last.importance).map((bin) => ({
          seed: numbered(name),
          path: path.replace('path-', ''),
          ...bin,
        }));
      }),
  );
}
