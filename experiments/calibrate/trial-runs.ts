// What typical networks of the families cost here, tried before a plan is made.
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import type { SamplingLaw } from '../../network/sampling.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { Measurer, NetworkTrial } from '../../profiler/timing/measurer.ts';
import { drawSample, type Family } from '../samples/family.ts';

const LAWS: readonly SamplingLaw[] = ['uniform', 'log-uniform', 'width-multiplier'];
/** Sample numbers of the networks that are tried: of no plan. Loading takes now half, now twice the usual time. */
const TRIAL_SAMPLES = [3000, 3001, 3002];

/** The full network once, first, and networks of each law. */
const trialled = [
  { law: 'full' as const, sample: TRIAL_SAMPLES[0] as number },
  ...TRIAL_SAMPLES.flatMap((sample) => LAWS.map((law) => ({ law, sample }))),
];

/** Tries networks of each law, of every family. */
export async function trialRuns(
  measurer: Measurer,
  families: readonly Family[],
  batch: number,
  seed: number,
): Promise<NetworkTrial[]> {
  const networks = families.flatMap((family) =>
    trialled.map(({ law, sample }) => {
      const proposed: ProposedSample = {
        network: family.network.name,
        sample,
        role: 'fit',
        law,
      };
      return resizeNetwork(family.plan, drawSample(proposed, family, seed).widths);
    }),
  );
  const trials = await measurer.trial(networks, batch);
  // The full network, one of many in the plan, warms the engine up.
  return trials.filter((_, index) => trialled[index % trialled.length]?.law !== 'full');
}
