// Ids of the channels of each layer's tensor: new ones, or those of the tensors that it reads.
import type { ChannelUnion } from './channel-union.ts';
import type { Layer } from './layer.ts';
import type { Shape } from './shape.ts';

/** Ids of several tensors in a row. */
function joinedIds(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  return all;
}

/** Ids of the channels that a layer's tensor has: its own, or those that it passes on. */
export function outputIds(
  layer: Layer,
  inputs: readonly Int32Array[],
  shapes: ReadonlyMap<string, Shape>,
  union: ChannelUnion,
): Int32Array {
  const channels = shapes.get(layer.name)?.channels ?? 0;
  const first = inputs[0] ?? new Int32Array(0);
  switch (layer.kind) {
    case 'input':
    case 'conv2d':
    case 'conv2d-transpose':
    case 'dense':
    case 'channel-mean':
    case 'channel-max':
    case 'arg-max':
    case 'op':
    case 'op-output':
      return union.fresh(channels);
    case 'depthwise-conv2d':
      return Int32Array.from(
        { length: channels },
        (_, i) => first[Math.floor(i / layer.multiplier)] as number,
      );
    case 'batch-norm':
    case 'group-norm':
    case 'layer-norm':
    case 'local-response-norm':
    case 'activation':
    case 'prelu':
    case 'max-pool':
    case 'avg-pool':
    case 'global-avg-pool':
    case 'softmax':
    case 'bias-add':
    case 'pad':
    case 'border-pad':
    case 'crop':
    case 'upsample':
    case 'resize':
    case 'dropout':
    case 'gate':
      return first;
    case 'slice':
      return first.slice(layer.from, layer.from + layer.channels);
    case 'channel-shuffle': {
      const perGroup = channels / layer.groups;
      return Int32Array.from(
        { length: channels },
        (_, c) => first[(c % layer.groups) * perGroup + Math.floor(c / layer.groups)] as number,
      );
    }
    case 'depth-to-space':
      // Output channel c takes its pixels from channels c, C + c, 2C + c, … of the input: they live together.
      for (let i = channels; i < first.length; i++) {
        union.unite(first[i % channels] as number, first[i] as number);
      }
      return first.slice(0, channels);
    case 'space-to-depth':
      return joinedIds(Array.from({ length: layer.block ** 2 }, () => first));
    case 'add':
    case 'multiply':
    case 'subtract':
    case 'divide':
    case 'minimum':
    case 'maximum': {
      // One channel that is spread over the others' is not tied to any.
      const [own = first, ...others] = inputs.filter(({ length }) => length === channels);
      for (const other of others) {
        for (let i = 0; i < channels; i++) union.unite(own[i] as number, other[i] as number);
      }
      return own;
    }
    case 'concat':
      return joinedIds(inputs);
    case 'flatten':
      return Int32Array.from({ length: channels }, (_, i) => first[i % first.length] as number);
  }
}

/** Whether a layer makes one channel of all. */
export function joinsChannels({ kind }: Layer): boolean {
  return kind === 'channel-mean' || kind === 'channel-max' || kind === 'arg-max';
}
