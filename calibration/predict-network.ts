// What one network takes on a device: the short way for code that predicts once.
import { planChannels } from '../network/channel-plan.ts';
import type { Network } from '../network/network.ts';
import { groupWidths, type Widths } from '../network/widths.ts';
import type { Device } from './device-profile.ts';
import { latencyPredictor, type NetworkPrediction, type View } from './predict.ts';

/** At which size, and in whose view, a network is predicted. */
export interface PredictOptions {
  /** Output channels by layer name; missing layers are full. */
  readonly widths?: Widths;
  /** Examples per inference; 1 by default. */
  readonly batch?: number;
  /** As the device's kind has it by default: `morph-net` for datasheets, `deployed` for measured ones. */
  readonly view?: View;
}

/**
 * The latency that a device is predicted to take for a network, in µs, with FLOPs, parameters, and the same layer by layer.
 * For many widths of one network, `latencyPredictor` prepares once what this prepares each time.
 * @throws UserError for widths that do not fit the network, and for a network that the device's engine does not run
 */
export function predictNetwork(
  network: Network,
  device: Device,
  { widths = {}, ...options }: PredictOptions = {},
): NetworkPrediction {
  const plan = planChannels(network);
  return latencyPredictor(plan, device, options).detail(groupWidths(plan, widths));
}
