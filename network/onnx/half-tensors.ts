// Which tensors of a graph are float16, as operators pass types on.
import type { Layer } from '../layer.ts';
import { asLayerName } from './layer-name.ts';
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

/**
 * The layers, with those that compute with halves saying so: by the nodes that they are called after; those put in between
 * as what they read.
 */
export function withHalves(
  layers: readonly Layer[],
  nodes: readonly NodeProto[],
  halves: ReadonlySet<string>,
): readonly Layer[] {
  if (halves.size === 0) return layers;
  const ofNode = new Map(
    nodes.map(({ name, output: [made = ''] }) => [
      asLayerName(name === '' ? made : name) || 'layer',
      halves.has(made),
    ]),
  );
  const ours = new Set(layers.filter(({ types }) => types?.output === 'float16').map(({ name }) => name));
  return layers.map((layer): Layer => {
    const isHalf = ofNode.get(layer.name) ?? layer.inputs.some((input) => ours.has(input));
    if (layer.kind === 'input' || !isHalf) return layer;
    ours.add(layer.name);
    return { ...layer, types: { output: 'float16', ...layer.types } };
  });
}
