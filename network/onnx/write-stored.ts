// Weights as tensors of the types that their layers store them in.
import { isEightBits, quantized, type WHOLE_RANGES } from '../element-types.ts';
import { floatToHalf } from '../half-float.ts';
import type { Layer } from '../layer.ts';
import type { Weights } from '../weights.ts';
import { FLOAT, FLOAT16, INT8, INT32, type Tensor, UINT8 } from './nodes.ts';

type Whole = keyof typeof WHOLE_RANGES;

const WHOLE_TYPES: Record<Whole, { readonly dataType: number; readonly Values: WholeArray }> = {
  int8: { dataType: INT8, Values: Int8Array },
  uint8: { dataType: UINT8, Values: Uint8Array },
  int32: { dataType: INT32, Values: Int32Array },
};
type WholeArray = Int8ArrayConstructor | Uint8ArrayConstructor | Int32ArrayConstructor;

/** Values in ONNX's order of axes. */
export interface Ordered {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The axis of a kernel, as ONNX has it, along which its output channels are. */
export function channelAxis(kind: Layer['kind']): number {
  return kind === 'dense' || kind === 'conv2d-transpose' ? 1 : 0;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** A tensor of whole numbers. @param of each value's whole number, by its place */
function whole(
  { name, dims, data }: Ordered,
  type: Whole,
  of: (value: number, at: number) => number,
): Tensor {
  const { dataType, Values } = WHOLE_TYPES[type];
  const values = new Values(data.length);
  for (let at = 0; at < data.length; at++) values[at] = of(data[at] as number, at);
  return { name, dims, dataType, rawData: bytesOf(values) };
}

/** The index along an axis of each place of a tensor. */
function along(dims: readonly number[], axis: number): (at: number) => number {
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  const count = dims[axis] ?? 1;
  return (at) => Math.floor(at / inner) % count;
}

function part(weights: Weights, layer: Layer, name: string): Float32Array {
  const values = weights.get(`${layer.name}/${name}`);
  if (values === undefined) throw new Error(`weights of ${layer.name}/${name} are missing`);
  return values;
}

/** Kernel or bias as the whole numbers that stand for it. */
function quantizedTensor(
  ordered: Ordered,
  type: Whole,
  { scales, zeros, axis }: { scales: Float32Array; zeros: Float32Array | undefined; axis: number },
): Tensor {
  const index = scales.length === 1 ? () => 0 : along(ordered.dims, axis);
  return whole(ordered, type, (value, at) => {
    const channel = index(at);
    return quantized(value, scales[channel] as number, zeros?.[channel] ?? 0, type);
  });
}

/** A tensor of halves or of float32. */
export function floatTensor({ name, dims, data }: Ordered, isHalf: boolean): Tensor {
  if (!isHalf) return { name, dims, dataType: FLOAT, rawData: bytesOf(data) };
  return { name, dims, dataType: FLOAT16, rawData: bytesOf(Uint16Array.from(data, floatToHalf)) };
}

/** Whether a layer computes with halves. */
export function isOfHalves({ types }: Layer): boolean {
  return types?.output === 'float16' || types?.kernel === 'float16';
}

/** One weight of a layer as it stores it. @param name of the part: kernel, bias, output_scale … */
export function storedTensor(layer: Layer, name: string, ordered: Ordered, weights: Weights): Tensor {
  const { types = {} } = layer;
  // One for all is a number, not a list of one.
  const alone: Ordered =
    ordered.data.length === 1 && types.perChannel !== true ? { ...ordered, dims: [] } : ordered;
  if (name === 'kernel' && isEightBits(types.kernel)) {
    const [scales, zeros] = [part(weights, layer, 'kernel_scale'), part(weights, layer, 'kernel_zero')];
    return quantizedTensor(ordered, types.kernel, { scales, zeros, axis: channelAxis(layer.kind) });
  }
  if (name === 'bias' && types.bias !== undefined) {
    const scales = part(weights, layer, 'bias_scale');
    return quantizedTensor(ordered, types.bias, { scales, zeros: undefined, axis: 0 });
  }
  if (name === 'kernel_zero') return whole(alone, types.kernel as Whole, (value) => value);
  if (name === 'output_zero') return whole({ ...ordered, dims: [] }, types.output as Whole, (value) => value);
  if (name === 'output_scale') return floatTensor({ ...ordered, dims: [] }, false);
  if (name === 'kernel_scale' || name === 'bias_scale') return floatTensor(alone, false);
  return floatTensor(ordered, isOfHalves(layer));
}
