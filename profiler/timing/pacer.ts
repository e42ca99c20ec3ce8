// The pacer: a fixed short piece of the engine's own work, by which the machine's momentary speed is known.
import { NetworkBuilder } from '../../network/builder.ts';
import type { Network } from '../../network/network.ts';
import type { LoadedNetwork } from '../engines/engine.ts';

/** Copies of it that take turns: where the buffers of one come to lie makes it a percent or two slower. */
export const PACER_COPIES = 2;
/** A pace lasts at least this long: shorter ones are as noisy as what they are to steady. */
const LEAST_PACE_US = 300;
const MAX_RUNS_PER_PACE = 16;

/**
 * Some 10 MFLOP of what networks do: convolutions, pools, a concat. Of one size for all engines and sessions, since
 * times in units of it are compared across them: changing it makes earlier profiles incomparable.
 */
export function pacerNetwork(): Network {
  const net = new NetworkBuilder('pacer');
  const stem = net.conv('stem', net.input(32, 32, 8), 32, 3, { strides: 2 });
  const wide = net.conv('wide', stem, 32, 3);
  const narrow = net.conv('narrow', wide, 64, 1);
  const pooled = net.pool('max-pool', 'pool', narrow, 2, 2);
  const left = net.conv('left', pooled, 48, 3);
  const right = net.conv('right', pooled, 48, 1);
  return net.build(net.conv('out', net.concat('join', [left, right]), 64, 1));
}

/** Times the pacer, in µs per run. */
export type Pace = () => Promise<number>;

/**
 * A pacer of loaded copies, run in turn, as often in a row as makes a pace long enough.
 * @param copies of {@link pacerNetwork}
 */
export async function pacerOf(copies: readonly LoadedNetwork[]): Promise<Pace> {
  const times: number[] = [];
  // First touches, then a few to see how long it takes.
  for (let run = 0; run < 4; run++) for (const copy of copies) times.push(await copy.run());
  const typicalUs = [...times].sort((a, b) => a - b)[Math.floor(times.length / 4)] as number;
  const turns = Math.max(
    1,
    Math.min(MAX_RUNS_PER_PACE / copies.length, Math.round(LEAST_PACE_US / (typicalUs * copies.length))),
  );
  return async () => {
    let us = 0;
    for (let turn = 0; turn < turns; turn++) for (const copy of copies) us += await copy.run();
    return us / (turns * copies.length);
  };
}
