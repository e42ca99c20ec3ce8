// An ONNX file with metadata on its nodes, which Netron shows beside their attributes; all else byte for byte as it was.
import protobuf from 'protobufjs';
import { BYTES } from './wire.ts';
import { fieldsOf } from './wire-fields.ts';

/** Field numbers of onnx.proto. `metadata_props` of nodes came with IR version 10; who does not know it passes it over. */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const NODE_METADATA = 9;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

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
