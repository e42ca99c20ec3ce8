// ONNX nodes, attributes and tensors as the writer makes them, with the fields of onnx.proto.
import type { Layer } from '../layer.ts';
import type { Shape } from '../shapes.ts';

/** TensorProto.DataType. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT32 = 6;
export const INT64 = 7;
export const FLOAT16 = 10;

export interface Attribute {
  name: string;
  type: number;
  i?: number;
  f?: number;
  s?: Uint8Array;
  ints?: number[];
  floats?: number[];
  strings?: Uint8Array[];
  t?: Tensor;
}

export interface Node {
  opType: string;
  name: string;
  input: string[];
  output: string[];
  attribute: Attribute[];
  domain?: string;
}

export interface Tensor {
  name: string;
  dims: readonly number[];
  dataType: number;
  rawData?: Uint8Array;
  floatData?: number[];
  int64Data?: number[];
  int32Data?: number[];
}

/** What a layer becomes: tensors are named after the layers that make them. */
export interface LayerNodes {
  readonly nodes: readonly Node[];
  /** Settings that newer operators read from tensors rather than from attributes. */
  readonly settings?: readonly Tensor[];
}

export type Shapes = ReadonlyMap<string, Shape>;

export const int = (name: string, i: number): Attribute => ({ name, type: 2, i });
export const ints = (name: string, ...values: number[]): Attribute => ({ name, type: 7, ints: values });
const UTF8 = new TextEncoder();
export const text = (name: string, value: string): Attribute => ({ name, type: 3, s: UTF8.encode(value) });
export const float = (name: string, f: number): Attribute => ({ name, type: 1, f });

/** The node of a layer that reads its inputs and then `extra`, and makes its tensor. */
export function node(
  layer: Layer,
  opType: string,
  attribute: Attribute[] = [],
  extra: readonly string[] = [],
): Node {
  return { opType, name: layer.name, input: [...layer.inputs, ...extra], output: [layer.name], attribute };
}

/** A setting of whole numbers, called layer/part. */
export function wholeNumbers(layer: Layer, part: string, ...values: number[]): Tensor {
  return { name: `${layer.name}/${part}`, dims: [values.length], dataType: INT64, int64Data: values };
}
