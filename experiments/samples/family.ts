// Networks that samples are drawn from, and samples with their widths.
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { sampleWidths } from '../../network/sampling.ts';
import { gridWidths } from '../../network/width-grid.ts';

/** A network that samples are drawn from. */
export interface Family {
  readonly network: Network;
  readonly plan: ChannelPlan;
}

/** A sample with its widths, drawn by whatever law. */
export interface DrawnSample {
  readonly proposed: Omit<ProposedSample, 'law'> & { readonly law: string };
  readonly family: Family;
  readonly widths: Int32Array;
}

export function familyOf(network: Network): Family {
  return { network, plan: planChannels(network) };
}

/** Widths of a proposed sample; probes and the full network have all channels. */
export function drawSample(proposed: ProposedSample, family: Family, seed: number): DrawnSample {
  const { law, sample } = proposed;
  const { plan } = family;
  const widths =
    law === 'full' || law === 'probe'
      ? plan.fullWidths
      : law === 'grid'
        ? gridWidths(plan, seed, sample)
        : sampleWidths(plan, law, seed, sample);
  return { proposed, family, widths };
}

/** Identifies a sample among those of a folder. */
export const sampleId = ({ network, sample }: { readonly network: string; readonly sample: number }) =>
  `${network} ${sample}`;

/** Kernels are recorded where they are fitted. */
export function isProfiled({ role }: Pick<ProposedSample, 'role'>): boolean {
  return role === 'fit' || role === 'probe';
}
