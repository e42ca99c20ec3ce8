// MobileNet V1 for 32×32 images and spoken digits.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import { mobilenetBody } from './mobilenet-v1-body.ts';
import type { SmallInput } from './small-input.ts';

/**
 * A MobileNet V1 (Howard et al., arXiv 1704.04861) of half its filters and the first 11 of its 13 blocks: the others
 * would halve maps of 4×4 again. On 32×32 images 21 MFLOP, on spoken digits 14 MFLOP; 410,000 weights.
 */
export function smallMobilenetV1(input: SmallInput): Network {
  const builder = new NetworkBuilder(`mobilenet-v1-${input.suffix}`);
  const image = builder.input(input.height, input.width, input.channels);
  const { firstStrides } = input;
  const body = mobilenetBody(builder, { multiplier: 0.5, firstStrides, blocks: 11 }, image);
  const pooled = builder.simple('global-avg-pool', 'Logits/AvgPool', body);
  return builder.build(builder.dense('Logits/Dense', pooled, input.classes));
}
