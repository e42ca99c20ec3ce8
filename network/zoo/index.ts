// The networks that have names.
import { UserError } from '../../records/user-error.ts';
import type { Network } from '../network.ts';
import { googlenet } from './googlenet.ts';
import { smallGooglenet } from './googlenet-small.ts';
import { smallInception } from './inception-small.ts';
import { inceptionV2 } from './inception-v2.ts';
import { mobilenetV1 } from './mobilenet-v1.ts';
import { smallMobilenetV1 } from './mobilenet-v1-small.ts';
import { audioResnet, resnet50, resnet101, resnet152 } from './resnet-v1.ts';
import { smallResnetV1 } from './resnet-v1-small.ts';
import { IMAGES_32, SPOKEN_DIGITS } from './small-input.ts';

/** Networks by name. Adding one is adding a file and a line here. */
export const ZOO: Readonly<Record<string, () => Network>> = {
  'inception-v2': () => inceptionV2('plain'),
  'inception-v2-separable': () => inceptionV2('separable'),
  googlenet,
  'mobilenet-v1-1.0': () => mobilenetV1(1),
  'mobilenet-v1-0.75': () => mobilenetV1(0.75),
  'mobilenet-v1-0.5': () => mobilenetV1(0.5),
  'mobilenet-v1-0.25': () => mobilenetV1(0.25),
  'resnet-50': resnet50,
  'resnet-101': resnet101,
  'resnet-152': resnet152,
  'audio-resnet': audioResnet,
  'inception-32': () => smallInception(IMAGES_32),
  'inception-separable-32': () => smallInception(IMAGES_32, 'separable'),
  'googlenet-32': () => smallGooglenet(IMAGES_32),
  'mobilenet-v1-32': () => smallMobilenetV1(IMAGES_32),
  'resnet-v1-32': () => smallResnetV1(IMAGES_32),
  'inception-digits': () => smallInception(SPOKEN_DIGITS),
  'googlenet-digits': () => smallGooglenet(SPOKEN_DIGITS),
  'mobilenet-v1-digits': () => smallMobilenetV1(SPOKEN_DIGITS),
  'resnet-v1-digits': () => smallResnetV1(SPOKEN_DIGITS),
};

/** The network of that name in {@link ZOO}. @throws UserError for an unknown name */
export function zooNetwork(name: string): Network {
  const make = Object.hasOwn(ZOO, name) ? ZOO[name] : undefined;
  if (make !== undefined) return make();
  throw new UserError({
    got: `network '${name}'`,
    expected: `one of ${Object.keys(ZOO).join(', ')}`,
    fix: 'correct the name',
  });
}
