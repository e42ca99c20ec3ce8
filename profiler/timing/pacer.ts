// The pacer: a fixed short piece of the engine's own work, by which the machine's momentary speed is known.
import { NetworkBuilder } from '../../network/builder.ts';
import type { Network } from '../../network/network.ts';
import type { LoadedNetwork } from '../engines/engine.ts';

/** Copies of it that take turns: where the buffers of one come to lie makes it a percent or two slower. */
export const PACER_COPIES = 2;
/** Each copy's time is its least of so many runs or more: the first finds its data driven from the caches. */
const LEAST_RUNS = 2;
/** Shorter paces are as noisy as what they are to steady. */
const LEAST_PACE_US = 600;
const MAX_RUNS = 8;
/** A slower pacer cannot follow what changes within 50 ms, and takes more time than it is worth. */
const MOST_PACE_US = 20_000;

/**
 * Two 3×3 convolutions, 32 MFLOP whose data fit the second-level cache. Much work in few kernels: of the pacers tried on
 * shared virtual machines, with a neighbour and without, this one slows as whole networks do, so that the exponent comes
 * out near 1; smaller or more varied networks slow more than those, and chains of dependent instructions hardly at all.
 * Its output is small: a large one is fresh memory in every run, whose first touch can take a virtual machine 20 µs a page.
 * Of one size for all engines and sessions, since times in units of it are compared across them: changing it makes
 * earlier profiles incomparable.
 */
export function pacerNetwork(): Network {
  const net = new NetworkBuilder('pacer');
  const maps = net.conv('second', net.conv('first', net.input(24, 24, 32), 64, 3), 64, 3);
  return net.build(net.simple('global-avg-pool', 'pool', maps));
}

/** Times the pacer, in µs per run. */
export type Pace = () => Promise<number>;

/** Runs of each copy in a pace, by the time that one takes; null where the pacer is too slow to be of use. */
export function runsPerPace(us: number): number | null {
  if (PACER_COPIES * LEAST_RUNS * us > MOST_PACE_US) return null;
  const wanted = Math.round(LEAST_PACE_US / (PACER_COPIES * us));
  return Math.max(LEAST_RUNS, Math.min(MAX_RUNS, wanted));
}

const WARM_UPS = 4;

/**
 * A pacer of loaded copies that run in turn: the mean over copies of each one's least time.
 * @param copies of {@link pacerNetwork}
 * @returns undefined where it is too slow to be of use
 */
export async function pacerOf(copies: readonly LoadedNetwork[]): Promise<Pace | undefined> {
  const times: number[] = [];
  for (let run = 0; run < WARM_UPS; run++) for (const copy of copies) times.push(await copy.run());
  const runs = runsPerPace(Math.min(...times));
  if (runs === null) return undefined;
  return async () => {
    const leastUs = copies.map(() => Number.POSITIVE_INFINITY);
    for (let run = 0; run < runs; run++)
      for (const [index, copy] of copies.entries())
        leastUs[index] = Math.min(leastUs[index] as number, await copy.run());
    return leastUs.reduce((sum, us) => sum + us, 0) / copies.length;
  };
}
