// A network as an ordered list of layers, and the checks that make it one.
import { UserError } from '../records/user-error.ts';
import type { Layer } from './layer.ts';

/** A topologically ordered list of layers: every layer comes after those it reads. */
export interface Network {
  readonly name: string;
  readonly layers: readonly Layer[];
  /** Names of the layers whose outputs the network returns. */
  readonly outputs: readonly string[];
  /**
   * Weights that are another one's values, by their names (`layer/part`): of a kernel that several layers read, all
   * but the first. They count once, are written once, and their layers' channels live and die together.
   */
  readonly shared?: Readonly<Record<string, string>>;
}

/** The layer of that name. Throws if there is none: names come from the network itself. */
export function layerNamed(network: Network, name: string): Layer {
  const layer = network.layers.find((candidate) => candidate.name === name);
  if (layer === undefined) throw new Error(`network ${network.name} has no layer ${name}`);
  return layer;
}

/** For each layer name, the layers that read it, in order. */
export function consumersOf(network: Network): Map<string, Layer[]> {
  const consumers = new Map<string, Layer[]>(network.layers.map((layer) => [layer.name, []]));
  for (const layer of network.layers) {
    for (const input of layer.inputs) consumers.get(input)?.push(layer);
  }
  return consumers;
}

const INPUT_COUNTS: Record<Layer['kind'], readonly [number, number]> = {
  input: [0, 0],
  conv2d: [1, 1],
  'conv2d-transpose': [1, 1],
  'depthwise-conv2d': [1, 1],
  dense: [1, 1],
  'batch-norm': [1, 1],
  'group-norm': [1, 1],
  'layer-norm': [1, 1],
  'local-response-norm': [1, 1],
  activation: [1, 1],
  prelu: [1, 1],
  'max-pool': [1, 1],
  'avg-pool': [1, 1],
  'global-avg-pool': [1, 1],
  'channel-mean': [1, 1],
  'channel-max': [1, 1],
  subtract: [2, 2],
  divide: [2, 2],
  minimum: [2, 2],
  maximum: [2, 2],
  add: [2, Number.POSITIVE_INFINITY],
  multiply: [2, Number.POSITIVE_INFINITY],
  'bias-add': [1, 1],
  slice: [1, 1],
  'channel-shuffle': [1, 1],
  pad: [1, 1],
  'border-pad': [1, 1],
  crop: [1, 1],
  upsample: [1, 1],
  resize: [1, 1],
  'depth-to-space': [1, 1],
  'space-to-depth': [1, 1],
  dropout: [1, 1],
  gate: [1, 1],
  concat: [1, Number.POSITIVE_INFINITY],
  flatten: [1, 1],
  softmax: [1, 1],
  'arg-max': [1, 1],
  op: [0, Number.POSITIVE_INFINITY],
  'op-output': [1, 1],
};

/**
 * Checks names, order and number of inputs, and returns the network.
 * @throws UserError naming the layer that is wrong
 */
export function checkedNetwork(network: Network): Network {
  const seen = new Set<string>();
  for (const layer of network.layers) {
    const fail = (got: string, expected: string) => {
      throw new UserError({
        got: `${got} in network ${network.name}`,
        expected,
        fix: `correct layer ${layer.name}`,
      });
    };
    if (seen.has(layer.name)) fail(`two layers named ${layer.name}`, 'unique names');
    for (const input of layer.inputs) {
      if (!seen.has(input)) fail(`input ${input} of ${layer.name} before it is defined`, 'layers in order');
    }
    const [least, most] = INPUT_COUNTS[layer.kind];
    if (layer.inputs.length < least || layer.inputs.length > most) {
      const expected = most === least ? `${least}` : `at least ${least}`;
      fail(`${layer.inputs.length} inputs to ${layer.kind} ${layer.name}`, expected);
    }
    seen.add(layer.name);
  }
  for (const output of network.outputs) {
    if (!seen.has(output)) {
      throw new UserError({
        got: `output ${output} of network ${network.name}`,
        expected: 'the name of one of its layers',
        fix: 'correct the list of outputs',
      });
    }
  }
  return network;
}
