// What typical networks of the families cost here, tried before a plan is made.
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import type { SamplingLaw } from '../../network/sampling.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { Measurer, NetworkTrial } from '../../profiler/timing/measurer.ts';
import { drawSample, type Family } from '../samples/family.ts';

const TRIAL_LAWS: readonly (SamplingLaw | 'full')[] = ['full', 'uniform', 'log-uniform', 'width-multiplier'];
/** Sample number of the networks that are tried: of no plan. */
const TRIAL_SAMPLE = 3000;

/** Tries a network of each law, of every family. */
export async function trialRuns(
  measurer: Measurer,
  families: readonly Family[],
  batch: number,
  seed: number,
): Promise<NetworkTrial[]> {
  const networks = families.flatMap((family) =>
    TRIAL_LAWS.map((law) => {
      const proposed: ProposedSample = {
        network: family.network.name,
        sample: TRIAL_SAMPLE,
        role: 'fit',
        law,
      };
      return resizeNetwork(family.plan, drawSample(proposed, family, seed).widths);
    }),
  );
  const trials = await measurer.trial(networks, batch);
  // The full network, one of many in the plan, warms the engine up.
  return trials.filter((_, index) => TRIAL_LAWS[index % TRIAL_LAWS.length] !== 'full');
}
