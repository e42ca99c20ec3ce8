// The bottleneck units of ResNet v1, for it and its small relative.
import type { NetworkBuilder } from '../builder.ts';

/** Outputs of a unit per filter of its 3×3 convolution. */
const EXPANSION = 4;

/**
 * A strided convolution as TF-slim makes it (conv2d_same): explicit zeros, then VALID, so that the alignment does not
 * depend on the input's size.
 */
export function stridedConv(
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

/** A block of residual units. */
export interface ResidualBlock {
  readonly units: number;
  /** Of the 3×3 convolutions; outputs are four times as wide. */
  readonly filters: number;
}

/** Blocks of bottleneck units, as TF-slim has them: the last unit of each block but the last is the strided one. */
export function residualBlocks(
  builder: NetworkBuilder,
  blocks: readonly ResidualBlock[],
  input: string,
): string {
  let net = input;
  blocks.forEach(({ units, filters }, block) => {
    for (let unit = 0; unit < units; unit++) {
      net = bottleneck(
        builder,
        {
          name: `block${block + 1}/unit_${unit + 1}/bottleneck_v1`,
          filters,
          strides: unit === units - 1 && block < blocks.length - 1 ? 2 : 1,
          widens: unit === 0,
        },
        net,
      );
    }
  });
  return net;
}
