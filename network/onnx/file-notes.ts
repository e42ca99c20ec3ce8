// What a reader of results should know of a file: types that it has and that are read as float32, or counted so.
import type { Network } from '../network.ts';
import type { NodeProto, OnnxModel, TensorProto, ValueProto } from './model.ts';
import { dataTypeName, valueCount } from './tensors.ts';

const FLOAT = 1;
const AS_FLOAT32 = 'read as float32: costed, and measured where it is rewritten, at 4 bytes a value';

const IN_VIEW = 'costed at the bytes of its types, but for the morph-net view, which counts 4 bytes a value';

/** Of weights rather than of numbers. */
function isWeight({ dims }: TensorProto): boolean {
  return dims.length >= 2 && valueCount(dims) > 1;
}

/** Names of the tensors that nodes dequantize. */
function dequantized(nodes: readonly NodeProto[]): Set<string> {
  return new Set(
    nodes.filter(({ opType }) => opType === 'DequantizeLinear').map(({ input }) => input[0] ?? ''),
  );
}

/**
 * A line for each thing that is not as the file has it.
 * @param nodes those that an output needs
 * @param inputs those that are images
 * @param network that was read
 */
export function fileNotes(
  { initializers }: Pick<OnnxModel, 'initializers'>,
  nodes: readonly NodeProto[],
  inputs: readonly ValueProto[],
  network: Network,
): string[] {
  const read = new Set(nodes.flatMap(({ input }) => input));
  const ofInteger = dequantized(nodes);
  const types = new Set<string>();
  for (const tensor of initializers) {
    const type = dataTypeName(tensor.dataType);
    if (type === null || tensor.dataType === FLOAT || !read.has(tensor.name) || !isWeight(tensor)) continue;
    if (type.startsWith('float') || ofInteger.has(tensor.name)) types.add(type);
  }
  const all = network.layers.map((layer) => layer.types ?? {});
  const kept = new Set<string | undefined>(all.flatMap(({ kernel, output }) => [kernel, output]));
  const notes = [...types]
    .filter((type) => !kept.has(type))
    .map((type) => `its weights are ${type}: ${AS_FLOAT32}`);
  const named = [...kept].filter((type) => type !== undefined);
  if (named.length > 0) notes.push(`it is ${named.join(' and ')}: ${IN_VIEW}`);
  for (const { name, elemType } of inputs) {
    const type = dataTypeName(elemType);
    if (elemType !== FLOAT && !(type === 'float16' && kept.has(type)))
      notes.push(`its input ${name} is ${type}: ${AS_FLOAT32}`);
  }
  return notes;
}
