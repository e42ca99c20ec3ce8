// How large the tensors of a network may be, so that a small file cannot ask for all memory.
import { UserError } from '../records/user-error.ts';

/** Of all tensors together: some hundred bytes each are kept. Real networks have a hundred thousand. */
export const MOST_CHANNELS = 2 ** 22;

/**
 * @param count channels of all tensors so far
 * @throws UserError naming the layer that has too many
 */
export function checkChannelCount(
  count: number,
  layer: { readonly kind: string; readonly name: string },
): void {
  if (count <= MOST_CHANNELS) return;
  throw new UserError({
    got: `more than ${MOST_CHANNELS.toLocaleString('en')} channels in the tensors up to ${layer.kind} ${layer.name}`,
    expected: 'fewer in all tensors together',
    fix: 'use a smaller image, or leave that layer out',
  });
}

/** Of one example: what a 32-bit index reaches. */
const MOST_VALUES = 2 ** 31 - 1;

/** @throws UserError naming the layer whose tensor has too many values */
export function checkValueCount(
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  layer: { readonly kind: string; readonly name: string },
): void {
  if (height * width * channels <= MOST_VALUES) return;
  throw new UserError({
    got: `${height}×${width} pixels of ${channels} channels at ${layer.kind} ${layer.name}`,
    expected: `at most ${MOST_VALUES} values`,
    fix: 'use a smaller image, or correct the model',
  });
}
