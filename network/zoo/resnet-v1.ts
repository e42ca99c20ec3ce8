// ResNet v1 of 50, 101 and 152 layers as TF-slim defines it, and AudioResNet.
import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';
import { residualBlocks, stridedConv } from './resnet-v1-blocks.ts';

export interface ResnetOptions {
  readonly name: string;
  /** Units of each of the four blocks. */
  readonly units: readonly [number, number, number, number];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** ResNet v1 with bottlenecks, as TF-slim defines it (tf_slim/nets/resnet_v1.py; He et al., arXiv 1512.03385). */
export function resnetV1(options: ResnetOptions): Network {
  const builder = new NetworkBuilder(options.name);
  let net = builder.input(options.height, options.width, options.channels);
  net = stridedConv(builder, 'conv1', net, 64, 7);
  net = builder.pool('max-pool', 'pool1', net, 3, 2);
  const blocks = options.units.map((units, block) => ({ units, filters: 64 * 2 ** block }));
  net = residualBlocks(builder, blocks, net);
  net = builder.add({ kind: 'global-avg-pool', name: 'pool5', inputs: [net], keepDims: true });
  return builder.build(builder.logitsConv('logits', net, options.classes));
}

const IMAGE = { height: 224, width: 224, channels: 3, classes: 1000 } as const;

export function resnet50(): Network {
  return resnetV1({ name: 'resnet-50', units: [3, 4, 6, 3], ...IMAGE });
}

export function resnet101(): Network {
  return resnetV1({ name: 'resnet-101', units: [3, 4, 23, 3], ...IMAGE });
}

export function resnet152(): Network {
  return resnetV1({ name: 'resnet-152', units: [3, 8, 36, 3], ...IMAGE });
}

/**
 * AudioResNet: the ResNet-50 of Hershey et al. (arXiv 1609.09430) in shape, over patches of 96 frames × 64 mel bands,
 * with AudioSet's 527 classes.
 */
export function audioResnet(): Network {
  return resnetV1({
    name: 'audio-resnet',
    units: [3, 4, 6, 3],
    height: 96,
    width: 64,
    channels: 1,
    classes: 527,
  });
}
