// Networks of which a file fixes the batch, since operators of it have it in their sizes.
import { UserError } from '../records/user-error.ts';
import type { Network } from './network.ts';

/** Examples per inference that a network can be run with alone; null for any. */
export function fixedBatchOf({ layers }: Network): number | null {
  for (const layer of layers) {
    const tensor = layer.kind === 'op' ? layer.outputs[0] : layer.kind === 'input' ? layer.tensor : undefined;
    if (tensor !== undefined && tensor.batch !== null) return tensor.batch;
  }
  return null;
}

/** @throws UserError for a batch that the network cannot have */
export function checkBatch(network: Network, batch: number): void {
  const fixed = fixedBatchOf(network);
  if (fixed === null || fixed === batch) return;
  throw new UserError({
    got: `${network.name} at batch ${batch}`,
    expected: `batch ${fixed}, which its file is fixed at`,
    fix: `give --batch ${fixed}, or export the model with a batch that is open`,
  });
}
