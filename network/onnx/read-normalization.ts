// ONNX batch normalization, and softmax and its kin over channels.
import type { Layer } from '../layer.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { isChannels, positionsOf, sizesOf, type Tensor, viewText } from './view.ts';

const EPSILON = 1e-5;
/** The first in which an attribute, not the number of outputs, says that a batch norm is being trained. */
const TRAINING_MODE_OPSET = 14;

/** Before opset 14 a batch norm that has its means and variances as outputs is being trained. */
function isTraining(site: NodeSite): boolean {
  if (site.opset >= TRAINING_MODE_OPSET) return site.int('training_mode', 0) !== 0;
  return site.node.output.slice(1).some((name) => name !== '');
}

const batchNorm: NodeReader = (site) => {
  const { draft } = site;
  if (isTraining(site)) {
    const got =
      site.opset >= TRAINING_MODE_OPSET ? 'training_mode' : `${site.node.output.length} outputs, in training`;
    site.unsupported(got, 'moving averages', 'export the model for inference (model.eval())');
  }
  if (site.int('spatial', 1) === 0)
    site.unsupported('a mean for each pixel (spatial=0)', 'one for each channel');
  const tensor = site.plain(0);
  const { channels } = draft.shapeOf(tensor.layer);
  const parts = tensor.view[1] ?? [];
  if (!isChannels(parts, channels))
    site.unsupported(`an input of ${viewText(tensor.view)}`, 'channels as dimension 1');
  const positions = positionsOf(parts, channels);
  const part = (index: number, what: string) => {
    const given = site.constant(index, what);
    if (given.values.length !== channels)
      site.fail(
        `${given.values.length} values of its ${what}`,
        `${channels}, one per channel`,
        'correct the model',
      );
    const values = Float32Array.from(positions, (position) => given.values[position] as number);
    return {
      length: channels,
      make: () => values,
      source: { constant: given, arrangement: JSON.stringify(parts) },
    };
  };
  const layer = site.add(
    { kind: 'batch-norm', inputs: [tensor.layer], epsilon: site.float('epsilon', EPSILON), scale: true },
    {
      gamma: part(1, 'scale'),
      beta: part(2, 'B'),
      moving_mean: part(3, 'mean'),
      moving_variance: part(4, 'var'),
    },
  );
  return { ...tensor, layer };
};

/** The tensor whose layer has all channels, in whatever order, along a dimension. */
function alongChannels(site: NodeSite, axis: number, what: string): Tensor {
  const tensor = site.plain(0);
  const { channels } = site.draft.shapeOf(tensor.layer);
  if (isChannels(tensor.view[axis] ?? [], channels)) return tensor;
  return site.unsupported(
    `${what} over dimension ${axis} of ${viewText(tensor.view)}`,
    'one over the channels',
  );
}

/** Over all channels, in whatever order they are. */
function softmax(log: boolean): NodeReader {
  return (site) => {
    const sizes = sizesOf(site.draft.viewOf(site.computed(0)));
    const rank = sizes.length;
    // Up to opset 12 it was over all dimensions from the axis on.
    const axis = site.axis(site.int('axis', site.opset < 13 ? 1 : -1), rank);
    const behind = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    const tensor = alongChannels(site, axis, 'a softmax');
    if (site.opset < 13 && behind > 1)
      site.unsupported(`a softmax over dimensions ${axis} to ${rank - 1}`, 'one over the channels');
    return {
      ...tensor,
      layer: site.add({ kind: 'softmax', inputs: [tensor.layer], ...(log ? { log } : {}) }),
    };
  };
}

/** The layer that makes one channel of all, along the dimension that is all of them; seen without them. */
export function channelReduction(
  site: NodeSite,
  kind: Extract<Layer['kind'], 'channel-mean' | 'channel-max' | 'arg-max'>,
  axis: number,
  keepDims: boolean,
): Tensor {
  const { draft } = site;
  const tensor = alongChannels(site, axis, kind);
  // The first of equals in another order of the channels is another.
  const input = kind === 'arg-max' ? draft.ordered(tensor, axis, site.fail) : tensor.layer;
  const layer = site.add({ kind, inputs: [input] });
  const view = tensor.view.map((parts, at) => (at === axis ? [] : parts));
  return { kind: 'tensor', layer, view: keepDims ? view : view.toSpliced(axis, 1) };
}

const argMax: NodeReader = (site) => {
  const rank = site.draft.viewOf(site.computed(0)).length;
  if (site.int('select_last_index', 0) !== 0) site.unsupported('select_last_index', 'the first of equals');
  const axis = site.axis(site.int('axis', 0), rank);
  return channelReduction(site, 'arg-max', axis, site.int('keepdims', 1) !== 0);
};

export const NORMALIZATION_READERS: Readonly<Record<string, NodeReader>> = {
  BatchNormalization: batchNorm,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
  ArgMax: argMax,
};
