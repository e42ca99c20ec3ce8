// Weights as ONNX tensors, in ONNX's order of axes.
import type { Layer } from '../layer.ts';
import type { Network } from '../network.ts';
import { type Weights, weightShapes } from '../weights.ts';
import { FLOAT, type Shapes, type Tensor } from './nodes.ts';

/** Moves the axes of a row-major tensor: result axis k is source axis order[k]. */
function transposed(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const outShape = order.map((axis) => shape[axis] as number);
  const outStrides = order.map((axis) => strides[axis] as number);
  const result = new Float32Array(values.length);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += outStrides[axis] as number;
      const next = (index[axis] as number) + 1;
      if (next < (outShape[axis] as number)) {
        index[axis] = next;
        break;
      }
      from -= next * (outStrides[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}

/** From our last two axes, inputs and outputs, to ONNX's first two. */
const KERNEL_ORDER = [3, 2, 0, 1];

/**
 * A kernel [h, w, in, out] becomes [out, in, h, w], a depthwise one [h, w, in, multiplier] [in · multiplier, 1, h, w]
 * and a transposed one [h, w, out, in] ONNX's [in, out, h, w].
 */
function kernelTensor(
  kind: Layer['kind'] | undefined,
  values: Float32Array,
  shape: readonly [number, number, number, number],
): { dims: readonly number[]; data: Float32Array } {
  const [h, w, i, o] = shape;
  const source = kind === 'depthwise-conv2d' ? [h, w, 1, i * o] : [h, w, i, o];
  return {
    dims: KERNEL_ORDER.map((axis) => source[axis] as number),
    data: transposed(values, source, KERNEL_ORDER),
  };
}

/** The weights that the network has, as {@link Weights} lays them out, and a γ of ones where a batch norm has none. */
export function weightTensors(network: Network, weights: Weights, shapes: Shapes): Tensor[] {
  const kinds = new Map(network.layers.map(({ name, kind }) => [name, kind]));
  const given = weightShapes(network).map(({ name, shape }): Tensor => {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`weights of ${name} are missing`);
    const layerName = name.slice(0, name.lastIndexOf('/'));
    const kind = kinds.get(layerName);
    let dims: readonly number[] = shape;
    let data = values;
    if (shape.length === 4)
      ({ dims, data } = kernelTensor(kind, values, shape as [number, number, number, number]));
    // A bias of its own is added along NCHW's channels.
    if (kind === 'bias-add' && shapes.get(layerName)?.flat === false) dims = [...shape, 1, 1];
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { name, dims, dataType: FLOAT, rawData };
  });
  const ones = network.layers.flatMap((layer): Tensor[] => {
    if (layer.kind !== 'batch-norm' || layer.scale) return [];
    const channels = shapes.get(layer.name)?.channels ?? 0;
    const floatData = new Array<number>(channels).fill(1);
    return [{ name: `${layer.name}/gamma`, dims: [channels], dataType: FLOAT, floatData }];
  });
  return [...given, ...ones];
}
