import protobuf from 'protobufjs';
import { ONNX_PROTO } from '../../../network/onnx/onnx.proto.ts';

const FLOAT = 1;
const INT64 = 7;
const MODEL = protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');

export type AttributeValue = number | readonly number[] | string | { readonly float: number };

/** A floating-point attribute, whatever its value. */
export const float = (value: number): AttributeValue => ({ float: value });

export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface TinyModel {
  readonly nodes: readonly TinyNode[];
  /**
   * Shape and values; whole numbers of 64 bits are given as bigints, others of up to 32 bits and halves (as their bits)
   * with their TensorProto.DataType.
   */
  readonly weights?: Readonly<
    Record<string, { dims: readonly number[]; values: readonly (number | bigint)[]; type?: number }>
  >;
  readonly inputs?: Readonly<Record<string, readonly (number | string)[]>>;
  /** TensorProto.DataType of inputs that are not float32. */
  readonly inputTypes?: Readonly<Record<string, number>>;
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

function attribute(name: string, value: AttributeValue) {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value };
  }
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

/** An ONNX file; a node's output is called after it unless named, the last one is the graph's. */
export function tinyModel({
  nodes,
  weights = {},
  inputs,
  inputTypes = {},
  outputs,
  opset = 17,
}: TinyModel): Uint8Array {
  const nameOf = (node: TinyNode, i: number) => node.name ?? `n${i}`;
  const message = MODEL.fromObject({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'tiny',
      node: nodes.map((node, i) => ({
        opType: node.op,
        name: nameOf(node, i),
        domain: node.domain ?? '',
        input: node.inputs,
        output: node.outputs ?? [nameOf(node, i)],
        attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attribute(name, value)),
      })),
      initializer: Object.entries(weights).map(([name, { dims, values, type }]) => ({
        name,
        dims,
        ...(type !== undefined
          ? { dataType: type, int32Data: values }
          : typeof values[0] === 'bigint'
            ? { dataType: INT64, int64Data: values.map(Number) }
            : { dataType: FLOAT, floatData: values }),
      })),
      input: Object.entries(inputs ?? { input: ['batch', 2, 4, 4] }).map(([name, sizes]) => ({
        name,
        type: {
          tensorType: {
            elemType: inputTypes[name] ?? FLOAT,
            shape: {
              dim: sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })),
            },
          },
        },
      })),
      output: (outputs ?? [nameOf(nodes.at(-1) as TinyNode, nodes.length - 1)]).map((name) => ({ name })),
    },
  });
  return MODEL.encode(message).finish();
}
