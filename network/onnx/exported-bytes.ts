// How long the ONNX file of a network is, without its weights' values.
import { deployedNetwork } from '../deployed.ts';
import type { Network } from '../network.ts';
import { weightShapes } from '../weights.ts';
import { writeOnnx } from './write.ts';

/** Bytes of the file that `export` writes: values take as many whatever they are. */
export function exportedBytes(network: Network, batch = 1): number {
  const deployed = deployedNetwork(network);
  const counts = weightShapes(deployed).map(({ name, shape }) => ({
    name,
    count: shape.reduce((product, size) => product * size, 1),
  }));
  const zeros = new Float32Array(counts.reduce((most, { count }) => Math.max(most, count), 0));
  const weights = new Map(counts.map(({ name, count }) => [name, zeros.subarray(0, count)]));
  return writeOnnx(deployed, weights, batch).length;
}
