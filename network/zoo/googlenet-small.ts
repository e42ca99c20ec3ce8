// GoogLeNet for 32×32 images and spoken digits.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import { type GooglenetModule, googlenetStages } from './googlenet-modules.ts';
import type { SmallInput } from './small-input.ts';

/** Rows of Szegedy et al., arXiv 1409.4842, table 1, at a quarter of their filters. */
const STAGES: readonly (readonly GooglenetModule[])[] = [
  [
    ['3a', [16, 24, 32, 4, 8, 8]],
    ['3b', [32, 32, 48, 8, 24, 16]],
  ],
  [
    ['4a', [48, 24, 52, 4, 12, 16]],
    ['4e', [64, 40, 80, 8, 32, 32]],
  ],
  [['5b', [96, 48, 96, 12, 32, 32]]],
];

/**
 * A GoogLeNet of five of its nine modules and a quarter of its filters, with a 3×3 first convolution and no pool behind
 * it. On 32×32 images 46 MFLOP, on spoken digits 29 MFLOP; 210,000 weights.
 */
export function smallGooglenet(input: SmallInput): Network {
  const builder = new NetworkBuilder(`googlenet-${input.suffix}`);
  let net = builder.input(input.height, input.width, input.channels);
  net = builder.conv('conv1/3x3', net, 16, 3, { strides: input.firstStrides });
  net = builder.conv('conv2/3x3_reduce', net, 16, 1);
  net = builder.conv('conv2/3x3', net, 48, 3);
  net = googlenetStages(builder, STAGES, net);
  net = builder.simple('global-avg-pool', 'pool5', net);
  return builder.build(builder.dense('loss3/classifier', net, input.classes));
}
