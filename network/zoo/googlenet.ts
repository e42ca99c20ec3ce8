import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';

/** #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool projection (Szegedy et al., arXiv 1409.4842, table 1). */
type Row = readonly [string, readonly [number, number, number, number, number, number]];

const STAGES: readonly (readonly Row[])[] = [
  [
    ['3a', [64, 96, 128, 16, 32, 32]],
    ['3b', [128, 128, 192, 32, 96, 64]],
  ],
  [
    ['4a', [192, 96, 208, 16, 48, 64]],
    ['4b', [160, 112, 224, 24, 64, 64]],
    ['4c', [128, 128, 256, 24, 64, 64]],
    ['4d', [112, 144, 288, 32, 64, 64]],
    ['4e', [256, 160, 320, 32, 128, 128]],
  ],
  [
    ['5a', [256, 160, 320, 32, 128, 128]],
    ['5b', [384, 192, 384, 48, 128, 128]],
  ],
];

function inception(builder: NetworkBuilder, [id, filters]: Row, input: string): string {
  const at = (layer: string) => `inception_${id}/${layer}`;
  const [one, reduce3, three, reduce5, five, projection] = filters;
  const branch1 = builder.conv(at('1x1'), input, one, 1);
  const branch3 = builder.conv(at('3x3'), builder.conv(at('3x3_reduce'), input, reduce3, 1), three, 3);
  const branch5 = builder.conv(at('5x5'), builder.conv(at('5x5_reduce'), input, reduce5, 1), five, 5);
  const pooled = builder.pool('max-pool', at('pool'), input, 3, 1);
  const branch4 = builder.conv(at('pool_proj'), pooled, projection, 1);
  return builder.concat(at('output'), [branch1, branch3, branch5, branch4]);
}

/**
 * GoogLeNet (Inception V1) at 224×224×3 with 1000 classes, widths of its paper's table 1, without the auxiliary
 * classifiers. Batch norm follows each convolution (the paper, older, had none): MorphNet needs its γ.
 */
export function googlenet(): Network {
  const builder = new NetworkBuilder('googlenet');
  let net = builder.conv('conv1/7x7_s2', builder.input(224, 224, 3), 64, 7, { strides: 2 });
  net = builder.pool('max-pool', 'pool1/3x3_s2', net, 3, 2);
  net = builder.conv('conv2/3x3_reduce', net, 64, 1);
  net = builder.conv('conv2/3x3', net, 192, 3);
  STAGES.forEach((rows, stage) => {
    net = builder.pool('max-pool', `pool${stage + 2}/3x3_s2`, net, 3, 2);
    for (const row of rows) net = inception(builder, row, net);
  });
  net = builder.simple('global-avg-pool', 'pool5/7x7_s1', net);
  return builder.build(builder.dense('loss3/classifier', net, 1000));
}
