// Inception V2, as TF-slim defines it.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import {
  type InceptionModule,
  type InceptionReduction,
  inceptionModule,
  inceptionReduction,
} from './inception-modules.ts';

/** tf_slim/nets/inception_v2.py, the figures of Ioffe & Szegedy, arXiv 1502.03167, as slim has them. */
const MODULES: readonly (InceptionModule | InceptionReduction)[] = [
  { name: 'Mixed_3b', branches: [64, [64, 64], [64, 96, 96], 32], pool: 'avg-pool' },
  { name: 'Mixed_3c', branches: [64, [64, 96], [64, 96, 96], 64], pool: 'avg-pool' },
  {
    name: 'Mixed_4a',
    branches: [
      [128, 160],
      [64, 96, 96],
    ],
  },
  { name: 'Mixed_4b', branches: [224, [64, 96], [96, 128, 128], 128], pool: 'avg-pool' },
  { name: 'Mixed_4c', branches: [192, [96, 128], [96, 128, 128], 128], pool: 'avg-pool' },
  { name: 'Mixed_4d', branches: [160, [128, 160], [128, 160, 160], 96], pool: 'avg-pool' },
  { name: 'Mixed_4e', branches: [96, [128, 192], [160, 192, 192], 96], pool: 'avg-pool' },
  {
    name: 'Mixed_5a',
    branches: [
      [128, 192],
      [192, 256, 256],
    ],
  },
  { name: 'Mixed_5b', branches: [352, [192, 320], [160, 224, 224], 128], pool: 'avg-pool' },
  { name: 'Mixed_5c', branches: [352, [192, 320], [192, 224, 224], 128], pool: 'max-pool' },
];

/**
 * Inception V2 at 224×224×3 with 1001 classes, as TF-slim defines it.
 * @param firstConv 'plain' is slim's use_separable_conv=False (what the MorphNet talk shows); 'separable' its default.
 */
export function inceptionV2(firstConv: 'plain' | 'separable' = 'plain'): Network {
  const builder = new NetworkBuilder(firstConv === 'plain' ? 'inception-v2' : 'inception-v2-separable');
  const input = builder.input(224, 224, 3);
  let net =
    firstConv === 'plain'
      ? builder.conv('Conv2d_1a_7x7', input, 64, 7, { strides: 2 })
      : builder.separableConv('Conv2d_1a_7x7', input, 64, 7, { strides: 2, multiplier: 8 });
  net = builder.pool('max-pool', 'MaxPool_2a_3x3', net, 3, 2);
  net = builder.conv('Conv2d_2b_1x1', net, 64, 1);
  net = builder.conv('Conv2d_2c_3x3', net, 192, 3);
  net = builder.pool('max-pool', 'MaxPool_3a_3x3', net, 3, 2);
  for (const spec of MODULES) {
    net = 'pool' in spec ? inceptionModule(builder, spec, net) : inceptionReduction(builder, spec, net);
  }
  net = builder.pool('avg-pool', 'Logits/AvgPool_1a_7x7', net, 7, 1, 'valid');
  return builder.build(builder.logitsConv('Logits/Conv2d_1c_1x1', net, 1001));
}
