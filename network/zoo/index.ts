import type { Network } from '../network.ts';
import { UserError } from '../user-error.ts';
import { inception32 } from './inception-32.ts';
import { inceptionV2 } from './inception-v2.ts';

/** Networks by name. Adding one is adding a file and a line here. */
export const ZOO: Readonly<Record<string, () => Network>> = {
  'inception-v2': () => inceptionV2('plain'),
  'inception-v2-separable': () => inceptionV2('separable'),
  'inception-32': () => inception32(),
};

/** @throws UserError for an unknown name */
export function zooNetwork(name: string): Network {
  const make = Object.hasOwn(ZOO, name) ? ZOO[name] : undefined;
  if (make !== undefined) return make();
  throw new UserError({
    got: `network '${name}'`,
    expected: `one of ${Object.keys(ZOO).join(', ')}`,
    fix: 'correct the name',
  });
}
