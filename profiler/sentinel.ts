import { NetworkBuilder } from '../network/builder.ts';
import { deployedNetwork } from '../network/deployed.ts';
import type { Network } from '../network/network.ts';

function sentinelNetwork(): Network {
  const builder = new NetworkBuilder('sentinel');
  const input = builder.input(28, 28, 64);
  const first = builder.conv('conv_1', input, 64, 3);
  return deployedNetwork(builder.build(builder.pool('max-pool', 'pool', first, 3, 2)));
}

/**
 * The kernel that is re-timed all along a session to see drift: a 3×3 convolution (58 MFLOP, some 100 to 5000 µs on
 * the engines here) and a pool, the same in every version so that sessions compare.
 */
export const SENTINEL_NETWORK: Network = sentinelNetwork();
