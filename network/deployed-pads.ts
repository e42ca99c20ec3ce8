// Explicit zeros folded into the convolutions behind them, and zeros around zeros.
import type { Layer, Pad } from './layer.ts';
import { consumersOf, type Network } from './network.ts';
import { dilatedWindow, inferShapes, type PadAmounts, padAmounts, type Shape } from './shapes.ts';

/** Layers that put zeros around what they read, beside whatever else they do. */
type Padding = Extract<Layer, { kind: 'conv2d' | 'depthwise-conv2d' | 'pad' }>;

function pads(layer: Layer): layer is Padding {
  return layer.kind === 'conv2d' || layer.kind === 'depthwise-conv2d' || isZeros(layer);
}

/** Whether a layer only puts zeros around its input. */
function isZeros(layer: Layer | undefined): layer is Pad {
  return layer?.kind === 'pad' && Object.values(layer.padding).every((pixels) => pixels >= 0);
}

function joined(a: PadAmounts, b: PadAmounts): PadAmounts {
  return {
    top: a.top + b.top,
    bottom: a.bottom + b.bottom,
    left: a.left + b.left,
    right: a.right + b.right,
  };
}

/** Zeros that a layer itself puts around an input of that shape. */
function ownZeros(layer: Padding, input: Shape): PadAmounts {
  if (layer.kind === 'pad') return layer.padding;
  return padAmounts(input, dilatedWindow(layer), layer.strides, layer.padding);
}

/**
 * The network with its zeros put around by the convolutions, or by the one pad, that alone read them. A pad that is an
 * output, that nothing reads, or that anything else reads stays.
 */
export function withoutPads(network: Network): Network {
  if (!network.layers.some(isZeros)) return network;
  const consumers = consumersOf(network);
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const shapes = inferShapes(network);
  const isFolded = (layer: Layer | undefined): layer is Pad => {
    if (!isZeros(layer) || network.outputs.includes(layer.name)) return false;
    const readers = consumers.get(layer.name) ?? [];
    return readers.length > 0 && readers.every(pads);
  };
  const layers = network.layers
    .filter((layer) => !isFolded(layer))
    .map((layer): Layer => {
      let input = layer.inputs[0] ?? '';
      let before = byName.get(input);
      if (!pads(layer) || !isFolded(before)) return layer;
      let padding = ownZeros(layer, shapes.get(input) as Shape);
      while (isFolded(before)) {
        padding = joined(padding, before.padding);
        input = before.inputs[0] ?? '';
        before = byName.get(input);
      }
      return { ...layer, inputs: [input], padding };
    });
  return { ...network, layers };
}
