// Explicit zeros folded into the convolutions and pools behind them, and zeros around zeros.
import { isRounded } from './element-types.ts';
import type { Activation, Layer, Pad, Pool } from './layer.ts';
import { consumersOf, type Network } from './network.ts';
import { dilatedWindow, inferShapes, type PadAmounts, padAmounts, type Shape } from './shapes.ts';

/** Layers that can put zeros around what they read, beside whatever else they do. */
type Padding = Extract<Layer, { kind: 'conv2d' | 'depthwise-conv2d' | 'pad' }> | Pool;

/** Whether a layer only puts zeros around its input, rounding nothing. */
function isZeros(layer: Layer | undefined): layer is Pad {
  return (
    layer?.kind === 'pad' && !isRounded(layer) && Object.values(layer.padding).every((pixels) => pixels >= 0)
  );
}

function joined(a: PadAmounts, b: PadAmounts): PadAmounts {
  return {
    top: a.top + b.top,
    bottom: a.bottom + b.bottom,
    left: a.left + b.left,
    right: a.right + b.right,
  };
}

/** What a layer itself puts around an input of that shape. */
function ownPadding(layer: Padding, input: Shape): PadAmounts {
  if (layer.kind === 'pad') return layer.padding;
  const window = 'poolSize' in layer ? layer.poolSize : dilatedWindow(layer);
  return padAmounts(input, window, layer.strides, layer.padding);
}

const NON_NEGATIVE: ReadonlySet<Activation['activation']> = new Set([
  'relu',
  'relu6',
  'sigmoid',
  'hard-sigmoid',
]);
/** Of values that are not negative they make none that are. */
const KEEPS_SIGN: ReadonlySet<Layer['kind']> = new Set([
  'max-pool',
  'avg-pool',
  'global-avg-pool',
  'pad',
  'concat',
  'slice',
  'add',
  'multiply',
  'channel-shuffle',
  'dropout',
]);

/** Names of the layers whose values cannot be negative. */
function nonNegative(network: Network): ReadonlySet<string> {
  const names = new Set<string>();
  for (const layer of network.layers) {
    const is =
      layer.kind === 'activation'
        ? NON_NEGATIVE.has(layer.activation)
        : KEEPS_SIGN.has(layer.kind) && layer.inputs.every((name) => names.has(name));
    if (is) names.add(layer.name);
  }
  return names;
}

/** Whether a layer may put the zeros of a pad around its input itself. */
type Takes = (layer: Layer, pad: Pad) => layer is Padding;

/** A pad that is an output, that nothing reads, or that anything else than layers that take it read stays. */
function withoutTaken(network: Network, shapes: ReadonlyMap<string, Shape>, takes: Takes): Network {
  const consumers = consumersOf(network);
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const isFolded = (layer: Layer | undefined): layer is Pad => {
    if (!isZeros(layer) || network.outputs.includes(layer.name)) return false;
    const readers = consumers.get(layer.name) ?? [];
    return readers.length > 0 && readers.every((reader) => takes(reader, layer));
  };
  const layers = network.layers
    .filter((layer) => !isFolded(layer))
    .map((layer): Layer => {
      let input = layer.inputs[0] ?? '';
      let before = byName.get(input);
      if (!isFolded(before) || !takes(layer, before)) return layer;
      let padding = ownPadding(layer, shapes.get(input) as Shape);
      while (isFolded(before)) {
        padding = joined(padding, before.padding);
        input = before.inputs[0] ?? '';
        before = byName.get(input);
      }
      const counts = layer.kind === 'avg-pool' ? { countsPadding: true } : {};
      return { ...layer, inputs: [input], padding, ...counts };
    });
  return { ...network, layers };
}

/**
 * The network with its zeros put around by the layers that alone read them: convolutions; average pools that count no
 * others than they; max pools of values that are never negative, whose own padding is below all values; and pads. Engines
 * want a pool's padding to be less than its window.
 */
export function withoutPads(network: Network): Network {
  if (!network.layers.some(isZeros)) return network;
  const shapes = inferShapes(network);
  const merged = withoutTaken(network, shapes, (layer, _pad): layer is Padding => isZeros(layer));
  const aboveZero = nonNegative(merged);
  return withoutTaken(merged, shapes, (layer, pad): layer is Padding => {
    if (layer.kind === 'conv2d' || layer.kind === 'depthwise-conv2d') return true;
    if (layer.kind !== 'max-pool' && layer.kind !== 'avg-pool') return false;
    const own = ownPadding(layer, shapes.get(pad.name) as Shape);
    const isOwn = Object.values(own).some((pixels) => pixels > 0);
    const isAlike =
      layer.kind === 'max-pool' ? aboveZero.has(pad.name) : !isOwn || layer.countsPadding === true;
    const { top, bottom, left, right } = joined(own, pad.padding);
    const [height, width] = layer.poolSize;
    return isAlike && Math.max(top, bottom) < height && Math.max(left, right) < width;
  });
}
