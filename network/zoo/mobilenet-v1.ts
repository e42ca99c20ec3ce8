// MobileNet V1 at any width multiplier, as TF-slim defines it.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import { mobilenetBody } from './mobilenet-v1-body.ts';

/**
 * MobileNet V1 at 224×224×3 with 1001 classes, as TF-slim defines it (tf_slim/nets/mobilenet_v1.py).
 * @param multiplier of every width, at least 8 channels
 */
export function mobilenetV1(multiplier = 1): Network {
  const name = multiplier === 1 ? 'mobilenet-v1-1.0' : `mobilenet-v1-${multiplier}`;
  const builder = new NetworkBuilder(name);
  let net = mobilenetBody(builder, { multiplier, firstStrides: 2 }, builder.input(224, 224, 3));
  net = builder.pool('avg-pool', 'Logits/AvgPool_1a', net, 7, 1, 'valid');
  return builder.build(builder.logitsConv('Logits/Conv2d_1c_1x1', net, 1001));
}
