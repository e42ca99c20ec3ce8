// Blocks of pixels that become channels, and channels that become pixels, by reshapes and transposes alone.
import type { Layer } from '../layer.ts';
import type { Shape } from '../shape.ts';
import type { Fail } from './fail.ts';
import { type Part, type Tensor, whole } from './view.ts';

/** What of a network in the making is needed here. */
interface Draft {
  add(layer: Layer): string;
  nameFor(text: string): string;
  shapeOf(layer: string): Shape;
  ordered(value: Tensor, dimension: number, fail: Fail): string;
}

/** The two parts of an axis that is cut into blocks: places in a block, and blocks; null for any other cut. */
function cut(parts: readonly Part[], axis: 'H' | 'W', size: number): { block: number } | null {
  const own = parts.filter((part) => part.axis === axis);
  const low = own.find(({ stride }) => stride === 1);
  const high = own.find(({ stride }) => stride !== 1);
  if (own.length !== 2 || low === undefined || high === undefined) return null;
  return high.stride === low.size && low.size * high.size === size ? { block: low.size } : null;
}

/** Pixels of blocks moved beside the channels (pixel_unshuffle): the layer that does it, seen in its own axes. */
function stackedBlocks(draft: Draft, value: Tensor): Tensor | null {
  const { height, width, channels, flat } = draft.shapeOf(value.layer);
  const parts = value.view.flat();
  const down = cut(parts, 'H', height);
  const across = cut(parts, 'W', width);
  if (flat || down === null || across === null || down.block !== across.block) return null;
  const { block } = down;
  const moved = (part: Part): Part => {
    if (part.axis !== 'H' && part.axis !== 'W') return part;
    if (part.stride !== 1) return { ...part, stride: 1 };
    return { axis: 'C', size: block, stride: part.axis === 'H' ? block * channels : channels };
  };
  const layer = draft.add({
    kind: 'space-to-depth',
    name: draft.nameFor(`${value.layer}/blocks`),
    inputs: [value.layer],
    block,
  });
  return { kind: 'tensor', layer, view: value.view.map((dimension) => dimension.map(moved)) };
}

/** Channels moved beside the pixels (pixel_shuffle). */
function spreadBlocks(draft: Draft, value: Tensor, fail: Fail): Tensor | null {
  const { height, width, flat } = draft.shapeOf(value.layer);
  if (flat) return null;
  /** The channels that follow a whole axis in its dimension. */
  const behind = (axis: 'H' | 'W', size: number): Part | null => {
    const dimension = value.view.find((parts) => parts.length === 2 && parts[0]?.axis === axis);
    const [first, second] = dimension ?? [];
    return first?.size === size && second?.axis === 'C' ? second : null;
  };
  const down = behind('H', height);
  const across = behind('W', width);
  if (down === null || across === null || down.size !== across.size) return null;
  const others = value.view.filter((parts) => parts.every(({ axis }) => axis === 'C')).flat();
  if (value.view.flat().filter(({ axis }) => axis === 'C').length !== others.length + 2) return null;
  const ordered = draft.ordered({ ...value, view: [[down, across, ...others]] }, 0, fail);
  const layer = draft.add({
    kind: 'depth-to-space',
    name: draft.nameFor(`${value.layer}/pixels`),
    inputs: [ordered],
    block: down.size,
  });
  const shape = draft.shapeOf(layer);
  const view = value.view.map((parts) => {
    const axis = parts[0]?.axis;
    if (axis === 'H') return whole('H', shape.height);
    if (axis === 'W') return whole('W', shape.width);
    return axis === 'N' ? parts : whole('C', shape.channels);
  });
  return { kind: 'tensor', layer, view };
}

/** A tensor whose pixels or channels are blocks of the other, as the layer that makes it so; null for any other. */
export function unblocked(draft: Draft, value: Tensor, fail: Fail): Tensor | null {
  return value.view.length === 4 ? (stackedBlocks(draft, value) ?? spreadBlocks(draft, value, fail)) : null;
}
