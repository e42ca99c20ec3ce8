// ResNet v1 for 32×32 images and spoken digits.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import { type ResidualBlock, residualBlocks, stridedConv } from './resnet-v1-blocks.ts';
import type { SmallInput } from './small-input.ts';

/** Three blocks of 16, 32 and 64 filters: the CIFAR-10 networks of He et al., arXiv 1512.03385, section 4.2. */
const BLOCKS: readonly ResidualBlock[] = [
  { units: 2, filters: 16 },
  { units: 2, filters: 32 },
  { units: 2, filters: 64 },
];

/**
 * A ResNet v1 of six of the bottleneck units of ResNet-50 and AudioResNet, with a 3×3 first convolution and no pool
 * behind it. On 32×32 images 51 MFLOP, on spoken digits 31 MFLOP; 220,000 weights.
 */
export function smallResnetV1(input: SmallInput): Network {
  const builder = new NetworkBuilder(`resnet-v1-${input.suffix}`);
  const image = builder.input(input.height, input.width, input.channels);
  const first =
    input.firstStrides === 2
      ? stridedConv(builder, 'conv1', image, 16, 3)
      : builder.conv('conv1', image, 16, 3);
  const body = residualBlocks(builder, BLOCKS, first);
  const pooled = builder.simple('global-avg-pool', 'pool5', body);
  return builder.build(builder.dense('logits', pooled, input.classes));
}
