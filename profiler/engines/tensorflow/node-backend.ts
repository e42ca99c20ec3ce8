// What tfjs-node adds to a backend of tfjs: TensorFlow's own operations, and how they are told their attributes.
import type * as tfTypes from '@tensorflow/tfjs';

type TypeName = 'FLOAT' | 'INT32' | 'INT64';
type AttributeName = 'ATTR_TYPE' | 'ATTR_INT' | 'ATTR_FLOAT' | 'ATTR_STRING' | 'ATTR_BOOL';

/** An attribute of an operation; `type` is one of the binding's `TF_ATTR_…`. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | string | boolean | number[];
}

export interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Readonly<Record<`TF_${TypeName | AttributeName}`, number>> & {
    readonly TF_Version: string;
    isUsingGpuDevice(): boolean;
    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): { id: number }[];
    deleteTensor(id: number): void;
  };
  executeMultipleOutputs(
    name: string,
    attributes: Attribute[],
    inputs: tfTypes.TensorInfo[],
    outputs: number,
  ): tfTypes.Tensor[];
  getInputTensorIds(tensors: readonly tfTypes.TensorInfo[]): number[];
  createOutputTensor(output: { id: number }): tfTypes.TensorInfo;
}
