// ONNX operators that take tensors apart, along channels or pixels, and join them.
import { cropped, type PixelRange } from './crop.ts';
import type { Value } from './draft.ts';
import { sliceCount, sliceRanges } from './node-dimensions.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import type { Pending } from './pending.ts';
import { isWhole, type Part, sizeOf, sizesOf, type Tensor, viewText } from './view.ts';

/** Some of the channels, from one on, of a dimension that is all of them; or of its first part alone. */
function channelRange(
  site: NodeSite,
  value: Tensor,
  axis: number,
  from: number,
  count: number,
  keepsAxis = true,
): Value {
  const { draft } = site;
  const tensor = value.view.length === 2 ? draft.flat(value, site.fail) : value;
  const { channels } = draft.shapeOf(tensor.layer);
  const parts = tensor.view[axis] ?? [];
  const wrong = () =>
    site.unsupported(
      `elements ${from} to ${from + count - 1} along dimension ${axis} of ${viewText(tensor.view)}`,
      'all of a dimension, or a range of the channels',
    );
  const all = tensor.view.flatMap((dimension) => dimension.filter((part) => part.axis === 'C'));
  if (all.length === 0 || !parts.every((part) => part.axis === 'C') || sizeOf(all) !== channels)
    return wrong();
  // The dimension becomes the slowest of the channels; the others follow as they are.
  const others = tensor.view.map((dimension, at) =>
    at === axis ? [] : dimension.filter((part) => part.axis === 'C'),
  );
  const behind = others.flat();
  const layer = draft.ordered({ ...tensor, view: [[...parts, ...behind]] }, 0, site.fail);
  const inner = sizeOf(behind);
  const slice = site.add({ kind: 'slice', inputs: [layer], from: from * inner, channels: count * inner });
  // Strides of what is left, counted from the fastest part.
  let stride = count * inner;
  const restrided = (dimension: readonly Part[]): readonly Part[] =>
    dimension.map((part) => {
      if (part.axis !== 'C') return part;
      stride /= part.size;
      return { ...part, stride };
    });
  const first = restrided(count === 1 ? [] : [{ axis: 'C', size: count, stride: 1 }]);
  const view = tensor.view.map((dimension, at) => (at === axis ? first : restrided(dimension)));
  return { kind: 'tensor', layer: slice, view: keepsAxis ? view : view.toSpliced(axis, 1) };
}

/** Rows and columns of a map, each all of them or a range. */
function pixelRanges(site: NodeSite, value: Tensor, ranges: ReadonlyMap<number, PixelRange>): Tensor {
  const { draft } = site;
  const { layer, order } = draft.arranged(value, site.fail);
  const { height, width } = draft.shapeOf(layer);
  const [down, across] = order === 'last' ? [1, 2] : [2, 3];
  const rows = ranges.get(down) ?? { from: 0, count: height, step: 1 };
  const columns = ranges.get(across) ?? { from: 0, count: width, step: 1 };
  return draft.tensor(cropped(site, layer, rows, columns), order === 'last' ? 'last' : 'first');
}

/** Whether a dimension of a map is all of its rows or columns. */
function isOfPixels(site: NodeSite, { layer, view }: Tensor, axis: number): boolean {
  const { height, width } = site.shapeOf(layer);
  const parts = view[axis] ?? [];
  if (view.length !== 4 || parts.length === 0) return false;
  return isWhole(parts, 'H', height) || isWhole(parts, 'W', width);
}

/** A map with its channels, rows and columns in dimensions of their own; other tensors as they are. */
function blocksApart(site: NodeSite): Tensor {
  const tensor = site.tensor(0);
  return tensor.view.length === 4 ? site.plain(0) : tensor;
}

const slice: NodeReader = (site) => {
  const { draft } = site;
  let value: Value = site.computed(0);
  if (draft.viewOf(value).length === 4) value = blocksApart(site);
  const sizes = sizesOf(draft.viewOf(value));
  const ofPixels = new Map<number, PixelRange>();
  for (const { axis, from, to, step } of sliceRanges(site, sizes)) {
    if (from === 0 && to === sizes[axis] && step === 1) continue;
    const tensor: Tensor = draft.made(value as Tensor | Pending);
    const count = sliceCount({ from, to, step });
    if (step < 0 || count === 0)
      site.unsupported(`a slice from ${from} to ${to} in steps of ${step}`, 'at least one element, in order');
    value = tensor;
    if (isOfPixels(site, tensor, axis)) ofPixels.set(axis, { from, count, step });
    else if (step === 1) value = channelRange(site, tensor, axis, from, count);
    else site.unsupported(`channels from ${from} to ${to} in steps of ${step}`, 'steps of 1');
  }
  return ofPixels.size === 0 ? value : pixelRanges(site, draft.made(value as Tensor | Pending), ofPixels);
};

const split: NodeReader = (site) => {
  const tensor = blocksApart(site);
  const sizes = sizesOf(tensor.view);
  const axis = site.axis(site.int('axis', 0), sizes.length);
  const size = sizes[axis] as number;
  const count = site.node.output.length;
  const each = Math.ceil(size / count);
  const given = site.ints('split') ?? site.numbers(1, 'sizes');
  const parts = given ?? Array.from({ length: count }, (_, i) => Math.min(each, size - i * each));
  if (parts.length === 1) return tensor;
  if (parts.some((part) => part < 1) || parts.reduce((a, b) => a + b, 0) !== size || parts.length !== count)
    site.unsupported(`parts of [${parts}] of ${size}`, `${count} parts that share all`, 'correct the model');
  let from = 0;
  return parts.map((part) => {
    from += part;
    const range = { from: from - part, count: part, step: 1 };
    return isOfPixels(site, tensor, axis)
      ? pixelRanges(site, tensor, new Map([[axis, range]]))
      : channelRange(site, tensor, axis, range.from, part);
  });
};

/** One element of a dimension: of a shuffle's groups, or of a dimension of one. */
const gather: NodeReader = (site) => {
  const tensor = blocksApart(site);
  const indices = site.constant(1, 'indices');
  const axis = site.axis(site.int('axis', 0), tensor.view.length);
  const size = sizeOf(tensor.view[axis] ?? []);
  const [index = 0] = indices.values;
  const from = index < 0 ? index + size : index;
  const count = indices.values.length;
  const isRange = indices.values.every(
    (value: number, i: number) => (value < 0 ? value + size : value) === from + i,
  );
  if (!isRange || indices.dims.length > 1)
    return site.unsupported(
      `indices ${Array.from(indices.values).slice(0, 8)}`,
      'one index, or indices in a row',
    );
  const keepsAxis = indices.dims.length === 1;
  if (from < 0 || from + count > size)
    site.fail(
      `indices ${Array.from(indices.values).slice(0, 8)} of ${size}`,
      'indices that there are',
      'correct the model',
    );
  if (size === count) return { ...tensor, view: keepsAxis ? tensor.view : tensor.view.toSpliced(axis, 1) };
  if (isOfPixels(site, tensor, axis)) {
    const range = new Map([[axis, { from, count, step: 1 }]]);
    const part = pixelRanges(site, tensor, range);
    return keepsAxis ? part : { ...part, view: part.view.toSpliced(axis, 1) };
  }
  return channelRange(site, tensor, axis, from, count, keepsAxis);
};

const concat: NodeReader = (site) => {
  const { draft } = site;
  const tensors = site.node.input.map((_, i) => site.tensor(i));
  const [first] = tensors as [Tensor];
  if (tensors.length === 1) return first;
  const axis = site.axis(site.int('axis', 1), first.view.length);
  const arranged = tensors.map((tensor) => draft.arranged(tensor, site.fail));
  const order = arranged[0]?.order;
  const channelAxis = order === 'last' ? 3 : 1;
  const flats = new Set(arranged.map(({ layer }) => draft.shapeOf(layer).flat));
  if (axis !== channelAxis || flats.size > 1 || arranged.some((each) => each.order !== order)) {
    const views = tensors.map(({ view }) => viewText(view)).join(', ');
    return site.unsupported(
      `a join of ${views} along dimension ${axis}`,
      'tensors joined along their channels',
    );
  }
  const layer = site.add({ kind: 'concat', inputs: arranged.map((each) => each.layer) });
  return draft.tensor(layer, order === 'last' ? 'last' : 'first');
};

/** Operators that take channels apart and join them. */
export const CHANNEL_READERS: Readonly<Record<string, NodeReader>> = {
  Slice: slice,
  Split: split,
  Gather: gather,
  Concat: concat,
};
