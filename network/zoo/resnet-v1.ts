import { NetworkBuilder } from '../builder.ts';
import type { Network } from '../network.ts';

export interface ResnetOptions {
  readonly name: string;
  /** Units of each of the four blocks. */
  readonly units: readonly [number, number, number, number];
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** Filters of the 3×3 convolutions of each block; outputs are four times as wide. */
const BLOCK_FILTERS = [64, 128, 256, 512] as const;
const EXPANSION = 4;

/**
 * A strided convolution as TF-slim makes it (conv2d_same): explicit zeros, then VALID, so that the alignment does not
 * depend on the input's size.
 */
function stridedConv(
  builder: NetworkBuilder,
  name: string,
  input: string,
  filters: number,
  kernel: number,
): string {
  const before = Math.floor((kernel - 1) / 2);
  const after = kernel - 1 - before;
  const padding = { top: before, bottom: after, left: before, right: after };
  const padded = builder.add({ kind: 'pad', name: `${name}/Pad`, inputs: [input], padding });
  return builder.conv(name, padded, filters, kernel, { strides: 2, padding: 'valid' });
}

interface Unit {
  readonly name: string;
  readonly filters: number;
  readonly strides: 1 | 2;
  /** Whether the input is of another width, so that the shortcut is a convolution. */
  readonly widens: boolean;
}

/** 1×1, 3×3, 1×1 and the shortcut, joined by an add. */
function bottleneck(
  builder: NetworkBuilder,
  { name, filters, strides, widens }: Unit,
  input: string,
): string {
  const outputs = EXPANSION * filters;
  let shortcut = input;
  if (widens) shortcut = builder.conv(`${name}/shortcut`, input, outputs, 1, { strides, activation: null });
  else if (strides === 2) shortcut = builder.pool('max-pool', `${name}/MaxPool2D`, input, 1, 2);
  const reduced = builder.conv(`${name}/conv1`, input, filters, 1);
  const middle =
    strides === 2
      ? stridedConv(builder, `${name}/conv2`, reduced, filters, 3)
      : builder.conv(`${name}/conv2`, reduced, filters, 3);
  const residual = builder.conv(`${name}/conv3`, middle, outputs, 1, { activation: null });
  const sum = builder.add({ kind: 'add', name: `${name}/add`, inputs: [shortcut, residual] });
  return builder.add({ kind: 'activation', name: `${name}/Relu`, inputs: [sum], activation: 'relu' });
}

/**
 * ResNet v1 with bottlenecks, as TF-slim defines it (tf_slim/nets/resnet_v1.py): the last unit of each block but the
 * fourth is the strided one.
 */
export function resnetV1(options: ResnetOptions): Network {
  const builder = new NetworkBuilder(options.name);
  let net = builder.input(options.height, options.width, options.channels);
  net = stridedConv(builder, 'conv1', net, 64, 7);
  net = builder.pool('max-pool', 'pool1', net, 3, 2);
  options.units.forEach((units, block) => {
    for (let unit = 0; unit < units; unit++) {
      net = bottleneck(
        builder,
        {
          name: `block${block + 1}/unit_${unit + 1}/bottleneck_v1`,
          filters: BLOCK_FILTERS[block] as number,
          strides: unit === units - 1 && block < BLOCK_FILTERS.length - 1 ? 2 : 1,
          widens: unit === 0,
        },
        net,
      );
    }
  });
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
