// A model's protobuf message, its weights copied once: an encoder that grows its buffer copies them ten times.
import protobuf from 'protobufjs';
import type { ScratchMemory } from '../scratch-memory.ts';
import type { Tensor } from './nodes.ts';
import { ONNX_PROTO } from './onnx.proto.ts';

let root: protobuf.Root | undefined;

function typeNamed(name: string): protobuf.Type {
  root ??= protobuf.parse(ONNX_PROTO).root;
  return root.lookupType(`onnx.${name}`);
}

/** Bytes of a message; fields it lacks take none. */
function encoded(name: string, fields: Record<string, unknown>): Uint8Array {
  const type = typeNamed(name);
  return type.encode(type.fromObject(fields)).finish();
}

/** Of a length-delimited field: wire type 2 (protobuf encoding). */
const LENGTH_DELIMITED = 2;
const GRAPH_INITIALIZER = 5;
const TENSOR_RAW_DATA = 9;
const MODEL_GRAPH = 7;

/** Base-128 varint, least significant group first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  return [...bytes, left];
}

const header = (field: number, length: number) =>
  Uint8Array.from([...varint((field << 3) | LENGTH_DELIMITED), ...varint(length)]);

const lengthOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);

/** A tensor as a field of its graph, its raw data as they are. */
function tensorParts({ rawData, ...fields }: Tensor): Uint8Array[] {
  const own = encoded('TensorProto', fields);
  const raw = rawData === undefined ? [] : [header(TENSOR_RAW_DATA, rawData.length), rawData];
  const parts = [own, ...raw];
  return [header(GRAPH_INITIALIZER, lengthOf(parts)), ...parts];
}

/** What a graph has besides its initializers: fields of GraphProto. */
export interface GraphFields {
  readonly name: string;
  readonly node: readonly unknown[];
  readonly input: readonly unknown[];
  readonly output: readonly unknown[];
}

/**
 * ModelProto, fields in the order of their numbers.
 * @param model its other fields, of numbers before and behind the graph's
 */
export function encodeModel(
  model: { readonly before: Record<string, unknown>; readonly behind: Record<string, unknown> },
  { name, node, input, output }: GraphFields,
  initializers: readonly Tensor[],
  scratch?: ScratchMemory,
): Uint8Array {
  const graph = [
    encoded('GraphProto', { node, name }),
    ...initializers.flatMap(tensorParts),
    encoded('GraphProto', { input, output }),
  ];
  const parts = [
    encoded('ModelProto', model.before),
    header(MODEL_GRAPH, lengthOf(graph)),
    ...graph,
    encoded('ModelProto', model.behind),
  ];
  const length = lengthOf(parts);
  const bytes = scratch?.bytes(length) ?? new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
