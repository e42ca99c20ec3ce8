// Constants with a value for each channel of a layer.
import type { NodeSite } from './node-site.ts';
import type { Constant } from './tensors.ts';
import { isChannels, positionsOf, type Tensor } from './view.ts';

/** A constant with a value per channel of the layer; null if it differs between pixels. */
export function perChannel(site: NodeSite, tensor: Tensor, { dims, values }: Constant): Float32Array | null {
  const { channels } = site.draft.shapeOf(tensor.layer);
  const missing = tensor.view.length - dims.length;
  const axis = dims.findIndex((size) => size !== 1);
  if (missing < 0) return null;
  if (axis === -1) return new Float32Array(channels).fill(values[0] ?? 0);
  const parts = tensor.view[axis + missing] ?? [];
  if (dims.filter((size) => size !== 1).length > 1 || !isChannels(parts, channels) || dims[axis] !== channels)
    return null;
  const positions = positionsOf(parts, channels);
  return Float32Array.from(positions, (position) => values[position] as number);
}
