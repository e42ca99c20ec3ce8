// Which tensors of a graph are float16, as operators pass types on.
import type { Layer } from '../layer.ts';
import type { NodeProto, OnnxModel } from './model.ts';

const FLOAT16 = 10;

/** What makes numbers of a type of their own, whatever it reads. */
const OF_OTHER_TYPES: ReadonlySet<string> = new Set([
  'Shape',
  'Size',
  'ArgMax',
  'QuantizeLinear',
  'Equal',
  'Greater',
  'Less',
]);

function attributeOf(node: NodeProto, name: string) {
  return node.attribute.find((attribute) => attribute.name === name);
}

/** Names of the tensors of a graph that are float16. */
export function halfTensors(
  { initializers, inputs }: OnnxModel,
  nodes: readonly NodeProto[],
): ReadonlySet<string> {
  const halves = new Set<string>();
  for (const { name, dataType } of initializers) if (dataType === FLOAT16) halves.add(name);
  for (const { name, elemType } of inputs) if (elemType === FLOAT16) halves.add(name);
  for (const node of nodes) {
    const { opType, input, output } = node;
    const cast = opType === 'Cast' ? attributeOf(node, 'to')?.i : undefined;
    const own = attributeOf(node, 'value')?.t?.dataType ?? cast;
    const isHalf =
      own === undefined
        ? input.some((name) => halves.has(name)) && !OF_OTHER_TYPES.has(opType)
        : own === FLOAT16;
    if (isHalf) for (const name of output) halves.add(name);
  }
  return halves;
}

/** Says that layers compute with halves, from the first `from` of them on, but for those that are rounded. */
export function markHalves(layers: Layer[], from: number): void {
  for (let at = from; at < layers.length; at++) {
    const layer = layers[at] as Layer;
    layers[at] = { ...layer, types: { output: 'float16', ...layer.types } };
  }
}
