// In which element types a calibration measures its networks.
import { isQuantized } from '../../network/element-types.ts';
import type { Network } from '../../network/network.ts';
import { quantizedNetwork } from '../../network/quantized-network.ts';

/** Whether a calibration's networks are in 8 bits: where that was asked for, or where those of a file are. */
export function isOfEightBits(networks: readonly Network[], int8: boolean): boolean {
  return int8 || networks.some(({ layers }) => layers.some(isQuantized));
}

/**
 * Networks as a calibration of these measures them: its probes are of the same types as its families.
 * @param int8 whether 8 bits were asked for
 */
export function measuredTypes(networks: readonly Network[], int8: boolean): (network: Network) => Network {
  return isOfEightBits(networks, int8) ? quantizedNetwork : (network) => network;
}
