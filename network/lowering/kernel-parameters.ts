// Weights that a kernel adds to its network's: those of a kernel that several layers read count once.
import type { Network } from '../network.ts';
import { weightOwner } from '../shared-weights.ts';
import type { Kernel } from './kernel.ts';

/** Number of values that no kernel before it has counted, biases included. */
export function kernelParameters(network: Pick<Network, 'shared'>, kernel: Kernel): number {
  if (kernel.parameters !== undefined) return kernel.parameters;
  const { costs, inputChannels, outputChannels } = kernel;
  const pairs = (inputChannels * outputChannels) / costs.groups;
  const all = costs.weightsPerPair * pairs + costs.weightsPerOutput * outputChannels;
  const [layer] = kernel.layers;
  if (network.shared === undefined || layer === undefined) return all;
  const isShared = (part: string) => weightOwner(network, `${layer}/${part}`) !== `${layer}/${part}`;
  if (!isShared('kernel')) return all;
  const { op, filter } = kernel;
  const taps = op === 'depthwise-conv' ? filter.height * filter.width : 0;
  return isShared('bias') ? 0 : (costs.weightsPerOutput - taps) * outputChannels;
}
