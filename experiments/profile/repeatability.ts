// How well timings repeat: random sub-networks in two passes that share nothing.
import { mean, median } from 'simple-statistics';
import { planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { sampleWidths } from '../../network/sampling.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { BlockMeasurement } from '../../profiler/timing/measure-networks.ts';
import { partOf } from '../progress.ts';
import { measureTogether, type ProfileMeasuring } from './measure-profile.ts';

/** One network in two passes. */
export interface Repeated {
  readonly sample: number;
  readonly latencyUs: readonly [number, number];
  /** pass 2 / pass 1 − 1, the drift of the machine divided out. */
  readonly difference: number;
}

export interface Repeatability {
  readonly networks: readonly Repeated[];
  /** How much slower the sentinel was in the second pass: what the machine, not the measuring, changed. */
  readonly drift: number;
  /** Of the absolute differences. */
  readonly median: number;
  readonly mean: number;
  readonly largest: number;
}

/** What a pass says: its sentinel, and its networks in the same order in both. */
export type Pass = Pick<BlockMeasurement, 'sentinelUs'> & {
  readonly networks: readonly { readonly latencyUs: number }[];
};

/** Two passes compared, what the sentinel says of the machine divided out. */
export function comparePasses(first: Pass, second: Pass): Repeatability {
  const drift = (second.sentinelUs as number) / (first.sentinelUs as number) - 1;
  const networks = first.networks.map(({ latencyUs: one }, sample): Repeated => {
    const other = second.networks[sample]?.latencyUs as number;
    return { sample, latencyUs: [one, other], difference: other / one / (1 + drift) - 1 };
  });
  const sizes = networks.map(({ difference }) => Math.abs(difference));
  return { networks, drift, median: median(sizes), mean: mean(sizes), largest: Math.max(...sizes) };
}

/**
 * Measures random sub-networks of a network twice, in passes that share nothing: other processes, loads and rounds.
 * @param count of sub-networks, uniform widths
 */
export async function measureRepeatability(
  { network, ...measuring }: ProfileMeasuring & { readonly network: Network },
  count: number,
): Promise<Repeatability> {
  const { seed, budgetSeconds, onProgress } = measuring;
  const plan = planChannels(network);
  const drawn = (sample: number) => resizeNetwork(plan, sampleWidths(plan, 'uniform', seed, sample));
  const others = Array.from({ length: count - 1 }, (_, index) => drawn(index + 1));
  const measurePass = (pass: 0 | 1) => {
    const part = partOf(onProgress, pass / 2, (pass + 1) / 2);
    return measureTogether(
      {
        ...measuring,
        seed: seed + pass,
        budgetSeconds: budgetSeconds / 2,
        onProgress: ({ fraction }) => part({ fraction, text: `pass ${pass + 1} of 2` }),
      },
      [{ network: drawn(0) }, ...others.map((other) => ({ network: other }))],
      false,
    );
  };
  return comparePasses(await measurePass(0), await measurePass(1));
}
