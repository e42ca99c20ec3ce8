// ONNX batch normalization and softmax.
import type { NodeReader } from './node-site.ts';
import { isChannels, positionsOf, viewText } from './view.ts';

const EPSILON = 1e-5;

const batchNorm: NodeReader = (site) => {
  const { draft } = site;
  if (site.int('training_mode', 0) !== 0)
    site.unsupported('training_mode', 'moving averages', 'export the model for inference (model.eval())');
  const made = site.tensor(0);
  const tensor = made.view.length === 2 ? draft.flat(made, site.fail) : made;
  const { channels } = draft.shapeOf(tensor.layer);
  const parts = tensor.view[1] ?? [];
  if (!isChannels(parts, channels))
    site.unsupported(`an input of ${viewText(tensor.view)}`, 'channels as dimension 1');
  const positions = positionsOf(parts, channels);
  const part = (index: number, what: string) => {
    const { values } = site.constant(index, what);
    if (values.length !== channels)
      site.fail(
        `${values.length} values of its ${what}`,
        `${channels}, one per channel`,
        'correct the model',
      );
    return Float32Array.from(positions, (position) => values[position] as number);
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

/** Over all channels, in whatever order they are. */
const softmax: NodeReader = (site) => {
  const { draft } = site;
  const made = site.tensor(0);
  const rank = made.view.length;
  // Up to opset 12 it was over all dimensions from the axis on.
  const axis = site.axis(site.int('axis', site.opset < 13 ? 1 : -1), rank);
  const tensor = rank === 2 ? draft.flat(made, site.fail) : made;
  const { channels, height, width } = draft.shapeOf(tensor.layer);
  const overMore = site.opset < 13 && axis < rank - 1 && height * width > 1;
  if (!isChannels(tensor.view[axis] ?? [], channels) || overMore)
    site.unsupported(`a softmax over dimension ${axis} of ${viewText(tensor.view)}`, 'one over the channels');
  return { ...tensor, layer: site.add({ kind: 'softmax', inputs: [tensor.layer] }) };
};

export const NORMALIZATION_READERS: Readonly<Record<string, NodeReader>> = {
  BatchNormalization: batchNorm,
  Softmax: softmax,
};
