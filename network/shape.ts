// The shape of a tensor.
import type { TensorType } from './tensor-type.ts';

/** Shape of one example, NHWC without N. A flat (rank 2) tensor has height and width 1. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly flat: boolean;
  /** As ONNX has it, where it is neither a map nor flat: height counts its rows, channels its last dimension. */
  readonly tensor?: TensorType;
  /** TensorProto.DataType; float32 by default. */
  readonly dataType?: number;
}
