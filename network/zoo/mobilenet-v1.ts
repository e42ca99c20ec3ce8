import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';

/** Filters and stride of each depthwise-separable block (Howard et al., arXiv 1704.04861, table 1). */
const BLOCKS: readonly (readonly [filters: number, stride: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];

const MIN_DEPTH = 8;

/**
 * MobileNet V1 at 224×224×3 with 1001 classes, as TF-slim defines it (tf_slim/nets/mobilenet_v1.py).
 * @param multiplier of every width, at least 8 channels
 */
export function mobilenetV1(multiplier: 1 | 0.75 | 0.5 | 0.25 = 1): Network {
  const depth = (filters: number) => Math.max(MIN_DEPTH, Math.trunc(filters * multiplier));
  const name = multiplier === 1 ? 'mobilenet-v1-1.0' : `mobilenet-v1-${multiplier}`;
  const builder = new NetworkBuilder(name);
  const relu6 = { activation: 'relu6' } as const;
  let net = builder.conv('Conv2d_0', builder.input(224, 224, 3), depth(32), 3, { strides: 2, ...relu6 });
  BLOCKS.forEach(([filters, strides], index) => {
    const block = `Conv2d_${index + 1}`;
    net = builder.depthwiseConv(`${block}_depthwise`, net, 3, { strides, ...relu6 });
    net = builder.conv(`${block}_pointwise`, net, depth(filters), 1, relu6);
  });
  net = builder.pool('avg-pool', 'Logits/AvgPool_1a', net, 7, 1, 'valid');
  return builder.build(builder.logitsConv('Logits/Conv2d_1c_1x1', net, 1001));
}
