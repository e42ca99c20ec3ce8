import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import { inceptionModule, inceptionReduction } from './inception-modules.ts';

/**
 * An Inception-style network for 32×32 images (CIFAR size): the modules of Inception V2 at a twentieth of its
 * multiply-adds, so that it trains on a laptop's CPU. 42 MFLOP.
 */
export function inception32(classes = 10): Network {
  const builder = new NetworkBuilder('inception-32');
  let net = builder.input(32, 32, 3);
  net = builder.conv('Conv2d_1a_3x3', net, 24, 3);
  net = builder.conv('Conv2d_2a_3x3', net, 48, 3, { strides: 2 });
  net = inceptionModule(
    builder,
    { name: 'Mixed_3b', branches: [24, [24, 32], [16, 24, 24], 16], pool: 'avg-pool' },
    net,
  );
  net = inceptionReduction(
    builder,
    {
      name: 'Mixed_4a',
      branches: [
        [24, 40],
        [24, 32, 40],
      ],
    },
    net,
  );
  net = inceptionModule(
    builder,
    { name: 'Mixed_4b', branches: [48, [40, 56], [24, 40, 40], 24], pool: 'avg-pool' },
    net,
  );
  net = inceptionModule(
    builder,
    { name: 'Mixed_4c', branches: [48, [40, 56], [24, 40, 40], 24], pool: 'max-pool' },
    net,
  );
  net = builder.simple('global-avg-pool', 'Logits/AvgPool', net);
  return builder.build(builder.dense('Logits/Dense', net, classes));
}
