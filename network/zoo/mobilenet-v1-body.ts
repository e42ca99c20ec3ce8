// The depthwise-separable blocks of MobileNet V1, for it and its small relative.
import type { NetworkBuilder } from '../builder.ts';

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

export interface MobilenetBody {
  /** Of every width, at least 8 channels. */
  readonly multiplier: number;
  /** Of the first convolution; 2 in the paper. */
  readonly firstStrides: 1 | 2;
  /** How many of the 13 blocks, from the first; all by default. */
  readonly blocks?: number;
}

/** MobileNet V1 before its pool: a convolution and depthwise-separable blocks. */
export function mobilenetBody(builder: NetworkBuilder, body: MobilenetBody, input: string): string {
  const depth = (filters: number) => Math.max(MIN_DEPTH, Math.trunc(filters * body.multiplier));
  const relu6 = { activation: 'relu6' } as const;
  let net = builder.conv('Conv2d_0', input, depth(32), 3, { strides: body.firstStrides, ...relu6 });
  BLOCKS.slice(0, body.blocks).forEach(([filters, strides], index) => {
    const block = `Conv2d_${index + 1}`;
    net = builder.depthwiseConv(`${block}_depthwise`, net, 3, { strides, ...relu6 });
    net = builder.conv(`${block}_pointwise`, net, depth(filters), 1, relu6);
  });
  return net;
}
