// Whether a network can be trained on a data set: its input and its classes must be the data's.
import { planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { UserError } from '../../records/user-error.ts';
import type { Dataset } from '../data/index.ts';

/** @throws UserError if the images do not fit the network's input or its classes the data's */
export function requireFit(network: Network, { train: images, classes, name, medium }: Dataset): void {
  const input = network.layers.find((layer) => layer.kind === 'input');
  if (input?.kind === 'input' && shapeText(input) !== shapeText(images)) {
    throw new UserError({
      got: `${shapeText(images)} ${medium === 'recordings' ? 'spectrograms' : 'images'} in ${name}`,
      expected: `${shapeText(input)}, the input of ${network.name}`,
      fix:
        medium === 'recordings'
          ? 'use a --network for recordings, such as resnet-v1-digits'
          : 'use data of that shape, or another --network',
    });
  }
  const output = planChannels(network).shapes.get(network.outputs[0] ?? '');
  if (output !== undefined && output.channels !== classes.length) {
    throw new UserError({
      got: `${classes.length} classes in ${name}`,
      expected: `${output.channels}, the outputs of ${network.name}`,
      fix: 'use other data, or another --network',
    });
  }
}

function shapeText({ height, width, channels }: { height: number; width: number; channels: number }): string {
  return `${height}×${width}×${channels}`;
}
