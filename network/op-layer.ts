// The layer of an ONNX operator that has no layer kind of its own: kept as it is, in ONNX's own dimensions.
import type { LayerBase } from './layer-base.ts';
import type { Dim, TensorType } from './tensor-type.ts';

/** A constant tensor that is written as it is: axes, shapes, indices, single numbers. */
export interface OpConstant {
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Sizes may grow with the batch. */
  readonly values: readonly Dim[];
}

/** An attribute, its value in the field of its type (onnx.proto). */
export interface OpAttribute {
  readonly name: string;
  /** AttributeProto.AttributeType. */
  readonly type: number;
  readonly i?: number;
  readonly f?: number;
  readonly text?: string;
  readonly ints?: readonly number[];
  readonly floats?: readonly number[];
  readonly texts?: readonly string[];
  readonly tensor?: OpConstant;
}

/** What an operator reads: the tensor of one of the layer's inputs, a weight, a constant, or nothing. */
export type Operand =
  | { readonly kind: 'tensor'; readonly input: number }
  | { readonly kind: 'weight'; readonly part: string; readonly dims: readonly number[] }
  | { readonly kind: 'constant'; readonly constant: OpConstant }
  | null;

/** An operator of ONNX. */
export interface Op extends LayerBase {
  readonly kind: 'op';
  /** ONNX's name for it. */
  readonly opType: string;
  /** Of the operator; '' for ONNX's own. */
  readonly domain: string;
  /** Version of the operators that its attributes are of. */
  readonly opset: number;
  readonly attributes: readonly OpAttribute[];
  /** In ONNX's order. */
  readonly operands: readonly Operand[];
  /** All that it makes; the layer's tensor is the first. */
  readonly outputs: readonly TensorType[];
}

/** Another of the tensors that an operator makes. */
export interface OpOutput extends LayerBase {
  readonly kind: 'op-output';
  /** Which of its outputs, from 1 on. */
  readonly index: number;
  readonly tensor: TensorType;
}
