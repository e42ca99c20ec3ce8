// What tells whether two networks are the same: their layers, not their names.
import { createHash } from 'node:crypto';
import type { Network } from './network.ts';

/** A hash of a network's layers and outputs: two files of one name may differ. */
export function networkIdentity({ layers, outputs, shared = {} }: Network): string {
  return createHash('sha256')
    .update(JSON.stringify([layers, outputs, shared]))
    .digest('hex')
    .slice(0, 16);
}
