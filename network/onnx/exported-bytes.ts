// How long the ONNX file of a network is, told without its weights.
import { deployedNetwork } from '../deployed.ts';
import type { Network } from '../network.ts';
import { weightShapes } from '../weights.ts';
import { fieldsOf } from './wire-fields.ts';
import { writeOnnx } from './write.ts';

/** Field numbers of onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_NAME = 8;

const BYTES_PER_VALUE = 4;
/** A varint has so many bits a byte. */
const VARINT_BITS = 7;

function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = value; left >= 2 ** VARINT_BITS; left = Math.floor(left / 2 ** VARINT_BITS)) bytes++;
  return bytes;
}

/** Of a field of bytes whose number is below 16. */
const framedBytes = (length: number) => 1 + varintBytes(length) + length;

/**
 * Bytes of the file that `export` writes: it is written without values, which take as many bytes whatever they are, and
 * the lengths grown by them.
 */
export function exportedBytes(network: Network, batch = 1): number {
  const deployed = deployedNetwork(network);
  const counts = new Map(
    weightShapes(deployed).map(({ name, shape }) => [
      name,
      shape.reduce((product, size) => product * size, 1),
    ]),
  );
  const none = new Map([...counts.keys()].map((name) => [name, new Float32Array(0)]));
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  const tensorBytes = (tensor: Uint8Array): number => {
    const name = fieldsOf(tensor).find(({ field }) => field === TENSOR_NAME)?.content ?? new Uint8Array(0);
    const values = BYTES_PER_VALUE * (counts.get(Buffer.from(name).toString('utf8')) ?? 0);
    // Without values the field of raw data is there, of length 0.
    return values === 0 ? tensor.length : tensor.length - framedBytes(0) + framedBytes(values);
  };
  const graphBytes = (graph: Uint8Array): number =>
    sum(
      fieldsOf(graph).map(({ field, whole, content }) =>
        field === GRAPH_INITIALIZER && content !== null ? framedBytes(tensorBytes(content)) : whole.length,
      ),
    );
  return sum(
    fieldsOf(writeOnnx(deployed, none, batch)).map(({ field, whole, content }) =>
      field === MODEL_GRAPH && content !== null ? framedBytes(graphBytes(content)) : whole.length,
    ),
  );
}
