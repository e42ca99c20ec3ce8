// GoogLeNet (Inception V1), with batch norm.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import { type GooglenetModule, googlenetStages } from './googlenet-modules.ts';

/** Szegedy et al., arXiv 1409.4842, table 1. */
const STAGES: readonly (readonly GooglenetModule[])[] = [
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
  net = googlenetStages(builder, STAGES, net);
  net = builder.simple('global-avg-pool', 'pool5/7x7_s1', net);
  return builder.build(builder.dense('loss3/classifier', net, 1000));
}
