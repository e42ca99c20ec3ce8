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

/** Of one tensor at its batch, that any network may be run with, and so many more for each of its weights. */
const RUN_VALUES = 2 ** 26;
const VALUES_PER_WEIGHT = 16;

/**
 * Before a network is run: memory is bounded by what it weighs, and by a quarter of a gigabyte for a tensor.
 * @param parameters of the network
 * @throws UserError naming the layer whose tensor is too large
 */
export function checkRunSize(
  shapes: ReadonlyMap<string, { readonly height: number; readonly width: number; readonly channels: number }>,
  batch: number,
  parameters: number,
): void {
  const most = RUN_VALUES + VALUES_PER_WEIGHT * parameters;
  for (const [name, { height, width, channels }] of shapes) {
    if (batch * height * width * channels <= most) continue;
    throw new UserError({
      got: `${batch} × ${height}×${width} pixels of ${channels} channels at layer ${name} to be run`,
      expected: `at most ${most} values`,
      fix: 'use a smaller image or batch, or predict instead',
    });
  }
}
