// The network that widths are chosen of, with what choosing needs to know of it.
import type { Device } from '../../calibration/device-profile.ts';
import { type LatencyPredictor, latencyPredictor } from '../../calibration/predict.ts';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';

/** The network that widths are chosen of. */
export interface Base {
  readonly network: Network;
  readonly plan: ChannelPlan;
  readonly slots: ChannelSlots;
  readonly predictor: LatencyPredictor;
}

export function baseOf(network: Network, device: Device): Base {
  const plan = planChannels(network);
  return { network, plan, slots: new ChannelSlots(plan), predictor: latencyPredictor(plan, device) };
}
