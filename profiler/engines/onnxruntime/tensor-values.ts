// Tensors of ONNX Runtime of the inputs of a network, whatever their types and dimensions.
import type { Tensor } from 'onnxruntime-node';
import { floatToHalf, halfToFloat } from '../../../network/half-float.ts';
import type { Input } from '../../../network/layer.ts';
import type { Shape } from '../../../network/shapes.ts';
import { onnxSizes, shapeOfTensor } from '../../../network/tensor-shape.ts';
import { nchwFromNhwc, nhwcFromNchw } from './data-layout.ts';
import type { OrtModule } from './ort-module.ts';

type Make = (values: Float32Array) => Tensor['data'];

/** By TensorProto.DataType: the name that ONNX Runtime has for it, and values of it. */
const TYPES: Readonly<Record<number, readonly [name: Tensor.Type, make: Make]>> = {
  1: ['float32', (values) => values],
  2: ['uint8', (values) => Uint8Array.from(values)],
  3: ['int8', (values) => Int8Array.from(values)],
  6: ['int32', (values) => Int32Array.from(values)],
  7: ['int64', (values) => BigInt64Array.from(values, (value) => BigInt(Math.round(value)))],
  9: ['bool', (values) => Uint8Array.from(values, (value) => Number(value !== 0))],
  10: ['float16', (values) => Uint16Array.from(values, floatToHalf)],
};

const FLOAT = 1;
const FLOAT16 = 10;

/** Of an input: its own, or what its layer stores values as. */
function dataTypeOf({ tensor, types }: Input): number {
  return tensor?.dataType ?? (types?.output === 'float16' ? FLOAT16 : FLOAT);
}

/** Shape of an input, in its own dimensions where it is no image. */
export function inputShape({ height, width, channels, tensor }: Input): Shape {
  return tensor === undefined ? { height, width, channels, flat: false } : shapeOfTensor(tensor);
}

/** Values in our layout as a tensor of the input. */
export function inputTensor(ort: OrtModule, layer: Input, values: Float32Array, batch: number): Tensor {
  const shape = inputShape(layer);
  const isImage = shape.tensor === undefined && !shape.flat;
  const own = isImage ? nchwFromNhwc(values, batch, shape) : values;
  return typedTensor(ort, dataTypeOf(layer), shape, own, batch);
}

function typedTensor(
  ort: OrtModule,
  dataType: number,
  shape: Shape,
  values: Float32Array,
  batch: number,
): Tensor {
  const type = TYPES[dataType];
  if (type === undefined) throw new Error(`no values of data type ${dataType}`);
  const [name, make] = type;
  return new ort.Tensor(name, make(values) as never, onnxSizes(shape, batch));
}

/** Random values in ONNX's own layout; whole numbers are 0 and 1, so that they are valid as indices too. */
export function randomTensor(ort: OrtModule, layer: Input, normals: Float32Array, batch: number): Tensor {
  const shape = inputShape(layer);
  const dataType = dataTypeOf(layer);
  const isFloat = dataType === FLOAT || dataType === FLOAT16;
  const values = isFloat ? normals : normals.map((x) => (x > 0 ? 1 : 0));
  return typedTensor(ort, dataType, shape, values, batch);
}

/** Values that a network makes, in our layout: whole numbers and truth values as numbers. */
export function outputValues(tensor: Tensor | undefined, shape: Shape, batch: number): Float32Array {
  const data = tensor?.data as ArrayLike<number | bigint>;
  const asNumber = tensor?.type === 'float16' && data instanceof Uint16Array ? halfToFloat : Number;
  const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, asNumber);
  return shape.tensor === undefined ? nhwcFromNchw(values, batch, shape) : values;
}
