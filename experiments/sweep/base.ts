// The network that widths are chosen of, with what choosing needs to know of it.
import type { Device } from '../../calibration/device-profile.ts';
import { type LatencyPredictor, latencyPredictor } from '../../calibration/predict.ts';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { flopsResource } from '../../morphnet/resource.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';

/** What the budgets of a sweep are shares of: the seed network's measured latency, or its FLOPs. */
export const BUDGET_UNITS = ['latency', 'flops'] as const;
export type BudgetUnit = (typeof BUDGET_UNITS)[number];

/** The network that widths are chosen of. */
export interface Base {
  readonly network: Network;
  readonly plan: ChannelPlan;
  readonly slots: ChannelSlots;
  readonly predictor: LatencyPredictor;
  /** What the budget is in: predicted latency, in µs, or FLOPs. */
  readonly cost: (widths: Int32Array) => number;
}

export function baseOf(network: Network, device: Device, unit: BudgetUnit): Base {
  const plan = planChannels(network);
  const predictor = latencyPredictor(plan, device);
  const flops = flopsResource(plan);
  const cost = (widths: Int32Array) => (unit === 'flops' ? flops.cost(widths) : predictor.latencyUs(widths));
  return { network, plan, slots: new ChannelSlots(plan), predictor, cost };
}
