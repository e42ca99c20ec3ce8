// Inception V2 for 32×32 images and spoken digits.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import {
  type InceptionModule,
  type InceptionReduction,
  inceptionModule,
  inceptionReduction,
} from './inception-modules.ts';
import type { SmallInput } from './small-input.ts';

const MODULES: readonly (InceptionModule | InceptionReduction)[] = [
  { name: 'Mixed_3b', branches: [24, [24, 32], [16, 24, 24], 16], pool: 'avg-pool' },
  {
    name: 'Mixed_4a',
    branches: [
      [24, 40],
      [24, 32, 40],
    ],
  },
  { name: 'Mixed_4b', branches: [48, [40, 56], [24, 40, 40], 24], pool: 'avg-pool' },
  { name: 'Mixed_4c', branches: [48, [40, 56], [24, 40, 40], 24], pool: 'max-pool' },
];

/** Output channels per input channel of the separable first convolution, as in Inception V2's. */
const DEPTHWISE_MULTIPLIER = 8;

/**
 * An Inception V2 (Ioffe & Szegedy, arXiv 1502.03167) of four modules, its own at about a third of their filters.
 * On 32×32 images 42 MFLOP, with either first convolution; on spoken digits 26 MFLOP. 200,000 weights.
 * @param firstConv as in Inception V2: 'separable' is TF-slim's default
 */
export function smallInception(input: SmallInput, firstConv: 'plain' | 'separable' = 'plain'): Network {
  const family = firstConv === 'plain' ? 'inception' : 'inception-separable';
  const builder = new NetworkBuilder(`${family}-${input.suffix}`);
  const image = builder.input(input.height, input.width, input.channels);
  const strides = input.firstStrides;
  let net =
    firstConv === 'plain'
      ? builder.conv('Conv2d_1a_3x3', image, 24, 3, { strides })
      : builder.separableConv('Conv2d_1a_3x3', image, 24, 3, { strides, multiplier: DEPTHWISE_MULTIPLIER });
  net = builder.conv('Conv2d_2a_3x3', net, 48, 3, { strides: 2 });
  for (const spec of MODULES) {
    net = 'pool' in spec ? inceptionModule(builder, spec, net) : inceptionReduction(builder, spec, net);
  }
  net = builder.simple('global-avg-pool', 'Logits/AvgPool', net);
  return builder.build(builder.dense('Logits/Dense', net, input.classes));
}
