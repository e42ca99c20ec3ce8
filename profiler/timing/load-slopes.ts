// How a load slowed small networks and large ones differently: a neighbour on the same core takes more of one than of the other.
import { mean, median } from 'simple-statistics';
import { groupBy } from '../../records/group-by.ts';

/** Fewer cases do not tell a slope from their own noise. */
const MIN_CASES = 24;
/** Sizes count as far as this from the median, as logarithms: beyond, networks are of another kind. */
const MOST_SIZE = 1.5;
/** Pairs that are closer in size say nothing of a slope. */
const LEAST_APART = 0.25;

/** How much slower cases were in each load than its common factor says: exp(slope · size). */
export interface LoadSlopes {
  /** By load, relative to the mean of the case's loads; none where there are too few cases. */
  readonly slopes: ReadonlyMap<number, number>;
  /** Logarithm of each case's typical time over the median case's, cut off. */
  readonly sizes: readonly number[];
}

/** Median of the slopes of all pairs of points that are far enough apart (Theil–Sen; Sen, JASA 63, 1968). */
function theilSen(x: readonly number[], y: readonly number[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < x.length; i++)
    for (let j = 0; j < i; j++) {
      const apart = (x[i] as number) - (x[j] as number);
      if (Math.abs(apart) >= LEAST_APART) slopes.push(((y[i] as number) - (y[j] as number)) / apart);
    }
  return slopes.length > 0 ? median(slopes) : 0;
}

/**
 * Slopes over size of what each load does beyond its common factor.
 * @param timesUs cases × times, rounds' common factors divided out
 * @param loads cases × times: in which load a time was taken
 */
export function loadSlopes(
  timesUs: readonly (readonly number[])[],
  loads: readonly (readonly number[])[],
): LoadSlopes {
  const logs = timesUs.map((each) => Math.log(median([...each])));
  const centre = median(logs);
  const sizes = logs.map((log) => Math.max(-MOST_SIZE, Math.min(MOST_SIZE, log - centre)));
  const points = new Map<number, { x: number[]; y: number[] }>();
  for (const [index, times] of timesUs.entries()) {
    const byLoad = groupBy(times.keys(), (at) => loads[index]?.[at] ?? 0);
    const means = [...byLoad].map(
      ([load, own]) => [load, mean(own.map((at) => Math.log(times[at] as number)))] as const,
    );
    const own = mean(means.map(([, value]) => value));
    for (const [load, value] of means) {
      const { x, y } = points.get(load) ?? { x: [], y: [] };
      x.push(sizes[index] as number);
      y.push(value - own);
      points.set(load, { x, y });
    }
  }
  const told = points.size > 1 ? [...points].filter(([, { x }]) => x.length >= MIN_CASES) : [];
  return { slopes: new Map(told.map(([load, { x, y }]) => [load, theilSen(x, y)])), sizes };
}

/** How much slower a case was in a load beyond the load's common factor. */
export function slopeFactor({ slopes, sizes }: LoadSlopes, index: number, load: number): number {
  return Math.exp((slopes.get(load) ?? 0) * (sizes[index] ?? 0));
}
