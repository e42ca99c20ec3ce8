// An ONNX file with metadata on its nodes, which Netron shows beside their attributes; all else byte for byte as it was.
import protobuf from 'protobufjs';
import { BYTES, FIXED32, FIXED64, VARINT, varint } from './wire.ts';

/** Field numbers of onnx.proto. `metadata_props` of nodes came with IR version 10; who does not know it passes it over. */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const NODE_METADATA = 9;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

const FIXED_BYTES: Readonly<Record<number, number>> = { [FIXED64]: 8, [FIXED32]: 4 };

interface Field {
  readonly field: number;
  /** With its tag. */
  readonly whole: Uint8Array;
  /** Null of what is no bytes. */
  readonly content: Uint8Array | null;
}

/** The fields of a message, in their order. @throws Error where they do not fit */
function fieldsOf(message: Uint8Array): Field[] {
  const byteAt = (at: number) => message[at] as number;
  const broken = () => new Error('a model that breaks off');
  const number = (at: number) => {
    const found = varint(byteAt, at, message.length);
    if (found === null) throw broken();
    return found;
  };
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = number(at);
    const wire = tag.value % 8;
    const field = Math.floor(tag.value / 8);
    if (wire === BYTES) {
      const length = number(tag.next);
      const end = length.next + length.value;
      if (end > message.length) throw broken();
      fields.push({ field, whole: message.subarray(at, end), content: message.subarray(length.next, end) });
      at = end;
    } else {
      const bytes = FIXED_BYTES[wire];
      if (wire !== VARINT && bytes === undefined) throw broken();
      const end = bytes === undefined ? number(tag.next).next : tag.next + bytes;
      fields.push({ field, whole: message.subarray(at, end), content: null });
      at = end;
    }
  }
  return fields;
}

/** A field of bytes: tag, length and content. */
function framed(field: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = protobuf.Writer.create()
    .uint32((field << 3) | BYTES)
    .uint32(length)
    .finish();
  return [head, ...parts];
}

function metadataEntry(key: string, value: string): Uint8Array[] {
  const entry = protobuf.Writer.create()
    .uint32((ENTRY_KEY << 3) | BYTES)
    .string(key)
    .uint32((ENTRY_VALUE << 3) | BYTES)
    .string(value)
    .finish();
  return framed(NODE_METADATA, [entry]);
}

/** Key of a metadata entry; empty where it has none. */
function keyOf(entry: Uint8Array): string {
  const found = fieldsOf(entry).find(({ field }) => field === ENTRY_KEY)?.content;
  return found === undefined || found === null ? '' : Buffer.from(found).toString('utf8');
}

function annotatedNode(node: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array[] {
  // What an earlier profile wrote goes.
  const kept = fieldsOf(node).filter(
    ({ field, content }) =>
      field !== NODE_METADATA || content === null || !Object.hasOwn(metadata, keyOf(content)),
  );
  return [
    ...kept.map(({ whole }) => whole),
    ...Object.entries(metadata).flatMap(([key, value]) => metadataEntry(key, value)),
  ];
}

/**
 * The model with metadata on its nodes; entries of the same keys are written over.
 * @param metadataOf by the node's place in the graph; none for nodes that get nothing
 * @throws Error for a file that breaks off
 */
export function withNodeMetadata(
  model: Uint8Array,
  metadataOf: (node: number) => Readonly<Record<string, string>> | null,
): Uint8Array {
  let node = 0;
  const graph = (content: Uint8Array): Uint8Array[] =>
    fieldsOf(content).flatMap(({ field, whole, content: own }) => {
      if (field !== GRAPH_NODE || own === null) return [whole];
      const metadata = metadataOf(node++);
      return metadata === null ? [whole] : framed(GRAPH_NODE, annotatedNode(own, metadata));
    });
  const parts = fieldsOf(model).flatMap(({ field, whole, content }) =>
    field === MODEL_GRAPH && content !== null ? framed(MODEL_GRAPH, graph(content)) : [whole],
  );
  return Buffer.concat(parts);
}
