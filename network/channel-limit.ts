// How many channels the tensors of a network may have together, so that a small file cannot ask for all memory.
import { UserError } from '../records/user-error.ts';

/** Of all tensors together: some hundred bytes each are kept. Real networks have a hundred thousand. */
export const MOST_CHANNELS = 2 ** 22;

/**
 * @param count channels of all tensors so far
 * @throws UserError naming the layer that has too many
 */
export function checkChannelCount(count: number, layer: { readonly kind: string; readonly name: string }): void {
  if (count <= MOST_CHANNELS) return;
  throw new UserError({
    got: `more than ${MOST_CHANNELS.toLocaleString('en')} channels in the tensors up to ${layer.kind} ${layer.name}`,
    expected: 'fewer in all tensors together',
    fix: 'use a smaller image, or leave that layer out',
  });
}
