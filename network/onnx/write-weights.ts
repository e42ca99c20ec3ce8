// Weights as ONNX tensors, in ONNX's order of axes.
import { QUANTIZATION_PARTS } from '../element-types.ts';
import type { Layer } from '../layer.ts';
import type { Network } from '../network.ts';
import type { ScratchMemory } from '../scratch-memory.ts';
import { weightOwner, weightParts } from '../shared-weights.ts';
import { type Weights, weightShapes } from '../weights.ts';
import type { Shapes, Tensor } from './nodes.ts';
import { floatTensor, isOfHalves, storedTensor } from './write-stored.ts';

/** Side of the squares that a matrix is turned in: both sides of one stay in the first cache. */
const TILE = 32;

/**
 * A row-major [taps, inputs, outputs] as [outputs, inputs, taps].
 * @param shape taps (height × width of the filter), inputs, outputs
 * @param scratch where it is put; fresh memory by default
 */
function turned(
  values: Float32Array,
  [taps, inputs, outputs]: readonly [number, number, number],
  scratch: ScratchMemory | undefined,
): Float32Array {
  // A file is also written without values, to learn its length.
  if (values.length === 0) return values;
  const result = scratch?.floats(values.length) ?? new Float32Array(values.length);
  for (let tap = 0; tap < taps; tap++) {
    const source = tap * inputs * outputs;
    for (let i0 = 0; i0 < inputs; i0 += TILE) {
      const iEnd = Math.min(inputs, i0 + TILE);
      for (let o0 = 0; o0 < outputs; o0 += TILE) {
        const oEnd = Math.min(outputs, o0 + TILE);
        for (let i = i0; i < iEnd; i++) {
          for (let o = o0; o < oEnd; o++) {
            result[(o * inputs + i) * taps + tap] = values[source + i * outputs + o] as number;
          }
        }
      }
    }
  }
  return result;
}

/**
 * A kernel [h, w, in, out] becomes [out, in, h, w], a depthwise one [h, w, in, multiplier] [in · multiplier, 1, h, w]
 * and a transposed one [h, w, out, in] ONNX's [in, out, h, w].
 */
function kernelTensor(
  kind: Layer['kind'],
  values: Float32Array,
  shape: readonly [number, number, number, number],
  scratch: ScratchMemory | undefined,
): { dims: readonly number[]; data: Float32Array } {
  const [h, w, inner, outer] = shape;
  const [inputs, outputs] = kind === 'depthwise-conv2d' ? [1, inner * outer] : [inner, outer];
  return { dims: [outputs, inputs, h, w], data: turned(values, [h * w, inputs, outputs], scratch) };
}

/** Whether a norm is of groups of several channels, which are scaled and offset behind it. */
function isOfGroups(layer: Layer, channels: number): boolean {
  return layer.kind === 'group-norm' && layer.groups < channels;
}

/** The weights that the network has, as {@link Weights} lays them out, and a γ of ones where a batch norm has none. */
export function weightTensors(
  network: Network,
  weights: Weights,
  shapes: Shapes,
  scratch?: ScratchMemory,
): Tensor[] {
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const own = weightShapes(network).filter(({ name }) => weightOwner(network, name) === name);
  const given = own.map(({ name, shape }): Tensor => {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`weights of ${name} are missing`);
    const { layer: layerName, part } = weightParts(name);
    const layer = byName.get(layerName) as Layer;
    const { kind } = layer;
    let dims: readonly number[] = shape;
    let data = values;
    if (shape.length === 4 && kind !== 'op')
      ({ dims, data } = kernelTensor(kind, values, shape as [number, number, number, number], scratch));
    // What is added to or multiplied by channels of its own lies along NCHW's.
    const { flat = true, channels = 0 } = shapes.get(layerName) ?? {};
    const isOfChannels = kind === 'bias-add' || kind === 'prelu' || isOfGroups(layer, channels);
    if (isOfChannels && !flat && !QUANTIZATION_PARTS.has(part)) dims = [...shape, 1, 1];
    return storedTensor(layer, part, { name, dims, data }, weights);
  });
  const ones = network.layers.flatMap((layer): Tensor[] => {
    if (layer.kind !== 'batch-norm' || layer.scale) return [];
    const channels = shapes.get(layer.name)?.channels ?? 0;
    const ones = { name: `${layer.name}/gamma`, dims: [channels], data: new Float32Array(channels).fill(1) };
    return [floatTensor(ones, isOfHalves(layer))];
  });
  return [...given, ...ones];
}
