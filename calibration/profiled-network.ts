// A network as a profile's own were measured: in 8 bits, or as it is.
import { Lowering } from '../network/lowering/lower.ts';
import { rulesNamed } from '../network/lowering/rules.ts';
import type { Network } from '../network/network.ts';
import { quantizedNetwork } from '../network/quantized-network.ts';
import { refuseTypes } from '../network/refuse-types.ts';
import type { Device, DeviceProfile } from './device-profile.ts';

/** Whether a device's own networks were measured in 8 bits. */
export function isOfInt8(device: Device): boolean {
  return device.kind === 'measured' && device.profile.settings.int8 === true;
}

/** A network as it is to be measured beside the predictions of these devices: in 8 bits where they are all of those. */
export function measuredLike(network: Network, devices: readonly Device[]): Network {
  return devices.length > 0 && devices.every(isOfInt8) ? quantizedNetwork(network) : network;
}

/**
 * The kernels that a profile predicts of a network: of one in 8 bits where that is what it was measured on.
 * @throws UserError for a network in 8 bits on an engine that computes with float32 alone
 */
export function profiledLowering(
  network: Network,
  { engine, settings }: DeviceProfile,
  batch: number,
): Lowering {
  const rules = rulesNamed(engine.rules);
  const measured = settings.int8 === true ? quantizedNetwork(network) : network;
  if (!rules.quantizes) refuseTypes(measured, engine.choice ?? engine.engine);
  return new Lowering(measured, rules, batch);
}
