// ONNX pools, global ones and means over pixels included.
import type { Size2d } from '../layer.ts';
import { type PadAmounts, padAmounts } from '../shapes.ts';
import { axesOf } from './node-dimensions.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { named, pair, windowPads } from './read-convolutions.ts';
import { channelReduction } from './read-normalization.ts';
import { sizeOf, type Tensor, viewText } from './view.ts';

/** Zeros more at one end that make as many outputs as rounding up does; windows that begin beyond the input are none. */
function overhang(size: number, window: number, stride: number, before: number, after: number): number {
  let outputs = Math.ceil((size + before + after - window) / stride) + 1;
  if ((outputs - 1) * stride >= size + before) outputs--;
  return Math.max(0, (outputs - 1) * stride + window - size - before - after);
}

function pool(site: NodeSite, kind: 'max-pool' | 'avg-pool'): Tensor {
  const { draft } = site;
  const input = site.map();
  const shape = site.shapeOf(input);
  if (site.int('storage_order', 0) !== 0) site.unsupported('storage_order', 'rows first');
  if (!site.hasAttribute('kernel_shape')) site.fail('no kernel_shape', 'one', 'export the model again');
  const window = pair(site, 'kernel_shape');
  const strides = pair(site, 'strides');
  if (pair(site, 'dilations').some((dilation) => dilation !== 1))
    site.unsupported('dilations', 'a window without');
  const given = windowPads(site, shape, window, strides);
  const ceil = site.int('ceil_mode', 0) !== 0;
  const more: Size2d = ceil
    ? [
        overhang(shape.height, window[0], strides[0], given.top, given.bottom),
        overhang(shape.width, window[1], strides[1], given.left, given.right),
      ]
    : [0, 0];
  const pads: PadAmounts = { ...given, bottom: given.bottom + more[0], right: given.right + more[1] };
  const counts =
    kind === 'avg-pool' &&
    site.int('count_include_pad', 0) !== 0 &&
    Object.values(given).some((pixels) => pixels > 0);
  if (counts && more.some((pixels) => pixels > 0))
    site.unsupported(
      'ceil_mode and count_include_pad',
      'one of the two',
      'export the model without ceil_mode',
    );
  if (pads.top >= window[0] || pads.bottom >= window[0] || pads.left >= window[1] || pads.right >= window[1])
    site.unsupported(
      `pads [${Object.values(pads)}] around windows of ${window.join('×')}`,
      'pads less than the window',
    );
  const layer = site.add({
    kind,
    inputs: [input],
    poolSize: window,
    strides,
    padding: counts ? pads : named(pads, padAmounts(shape, window, strides, 'same')),
    ...(counts ? { countsPadding: true } : {}),
  });
  return draft.tensor(layer);
}

const maxPool: NodeReader = (site) => {
  if ((site.node.output[1] ?? '') !== '')
    site.unsupported('indices of the largest as an output', 'the largest alone');
  return pool(site, 'max-pool');
};

/** The mean or the maximum over all pixels, all rows, all columns or all channels, as the dimensions say. */
function over(site: NodeSite, kind: 'mean' | 'max', axes: readonly number[], keepDims: boolean): Tensor {
  const { draft } = site;
  const made = site.tensor(0);
  const tensor = made.view.length === 4 ? site.plain(0) : made;
  const { height, width, flat } = draft.shapeOf(tensor.layer);
  const inside = new Set(axes);
  const [first = 0] = axes;
  const parts = tensor.view.filter((_, axis) => inside.has(axis)).flat();
  if (axes.length === 1 && parts.length > 0 && parts.every(({ axis }) => axis === 'C'))
    return channelReduction(site, kind === 'mean' ? 'channel-mean' : 'channel-max', first, keepDims);
  const among = (axis: 'H' | 'W') => sizeOf(parts.filter((part) => part.axis === axis));
  const [rows, columns] = [among('H'), among('W')];
  const isWhole = (rows === 1 || rows === height) && (columns === 1 || columns === width);
  if (!isWhole || !parts.every(({ axis }) => axis === 'H' || axis === 'W')) {
    return site.unsupported(
      `a ${kind} over dimensions ${axes} of ${viewText(tensor.view)}`,
      'all pixels of a map, all rows, all columns or all channels',
    );
  }
  const view = tensor.view
    .map((dimension, axis) => (inside.has(axis) ? [] : dimension))
    .filter((_, axis) => keepDims || !inside.has(axis));
  const isAll = rows === height && columns === width;
  if (flat || (parts.length === 0 && !isAll)) return { ...tensor, view };
  const inputs = [tensor.layer];
  const window = { inputs, poolSize: [rows, columns], strides: [1, 1], padding: 'valid' } as const;
  const layer =
    kind === 'max'
      ? site.add({ kind: 'max-pool', ...window })
      : isAll
        ? site.add({ kind: 'global-avg-pool', inputs, keepDims: true })
        : site.add({ kind: 'avg-pool', ...window });
  return { kind: 'tensor', layer, view };
}

function globalPool(kind: 'mean' | 'max'): NodeReader {
  return (site) => {
    const rank = site.draft.viewOf(site.computed(0)).length;
    return over(
      site,
      kind,
      Array.from({ length: rank - 2 }, (_, i) => i + 2),
      true,
    );
  };
}

function reduction(kind: 'mean' | 'max'): NodeReader {
  return (site) => {
    const rank = site.draft.viewOf(site.computed(0)).length;
    const axes = axesOf(site) ?? Array.from({ length: rank }, (_, axis) => axis);
    return over(
      site,
      kind,
      axes.map((axis) => site.axis(axis, rank)),
      site.int('keepdims', 1) !== 0,
    );
  };
}

export const POOL_READERS: Readonly<Record<string, NodeReader>> = {
  MaxPool: maxPool,
  AveragePool: (site) => pool(site, 'avg-pool'),
  GlobalAveragePool: globalPool('mean'),
  GlobalMaxPool: globalPool('max'),
  ReduceMean: reduction('mean'),
  ReduceMax: reduction('max'),
};
