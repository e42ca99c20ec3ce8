// What the weights of a layer are stored as in the file that they come from.
import { type ElementTypes, isEightBits } from '../element-types.ts';
import type { Layer } from '../layer.ts';
import type { LayerWeights, LazyValues } from './lazy-weights.ts';
import type { Constant } from './tensors.ts';

/** Types of a layer's weights, and what whole numbers among them stand for, by part. */
interface StoredParts {
  readonly types: ElementTypes;
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** The axis of a file's tensor along which the output channels are, by how it was arranged; null where values changed. */
function channelAxis(kind: string, { arrangement }: { readonly arrangement: string }): number | null {
  if (arrangement === 'channels last') return kind === 'conv2d-transpose' ? 1 : 0;
  const product = /^(true|false) 1 /.exec(arrangement);
  return product === null ? null : product[1] === 'true' ? 0 : 1;
}

/** A value for each of so many channels, or for all. */
function perChannel(values: ArrayLike<number> | undefined, count: number): Float32Array {
  if (values === undefined) return new Float32Array(count);
  return Float32Array.from({ length: count }, (_, i) => values[values.length === 1 ? 0 : i] as number);
}

/**
 * Element types of a layer's weights, by where they come from: halves, or whole numbers with one scale or one for each
 * output channel. Weights that are prepared otherwise are float32.
 * @param channels that the layer makes
 * @param parts kernel, bias … by part
 */
function storedParts(
  kind: string,
  channels: number,
  parts: Readonly<Record<string, LazyValues | undefined>>,
): StoredParts | null {
  const { kernel, bias } = parts;
  const source = kernel?.source;
  const constant = source?.constant as Constant | undefined;
  if (source === undefined || constant === undefined) return null;
  if (constant.type === 'float16') return { types: { kernel: 'float16' }, weights: {} };
  const { type, scale, zero, axis } = constant.quantized ?? {};
  if (!isEightBits(type) || scale === undefined) return null;
  const expected = channelAxis(kind, source);
  const ofBias = bias?.source;
  const biasParts = (ofBias?.constant as Constant | undefined)?.quantized;
  const isWholeBias =
    biasParts?.type === 'int32' && (ofBias?.arrangement === '' || ofBias?.arrangement === '1');
  const counts = [scale.values.length, isWholeBias ? biasParts.scale.values.length : 1];
  const count = Math.max(...counts);
  if (expected === null || (scale.values.length > 1 && axis !== expected)) return null;
  if (count > 1 && count !== channels) return null;
  return {
    types: {
      kernel: type,
      ...(isWholeBias ? { bias: 'int32' } : {}),
      ...(count > 1 ? { perChannel: true } : {}),
    },
    weights: {
      kernel_scale: perChannel(scale.values, count),
      kernel_zero: perChannel(zero?.values, count),
      ...(isWholeBias ? { bias_scale: perChannel(biasParts.scale.values, count) } : {}),
    },
  };
}

/** A layer with the types of its weights, and those weights that say what their whole numbers stand for. @param channels that it makes */
export function withStoredParts(
  layer: Layer,
  channels: number,
  weights: LayerWeights,
): { layer: Layer; weights: LayerWeights } {
  const { kernel, bias } = weights;
  const lazy = (part: LayerWeights[string] | undefined) => (part instanceof Float32Array ? undefined : part);
  const stored = storedParts(layer.kind, channels, { kernel: lazy(kernel), bias: lazy(bias) });
  if (stored === null) return { layer, weights };
  return {
    layer: { ...layer, types: { ...layer.types, ...stored.types } },
    weights: { ...weights, ...stored.weights },
  };
}
