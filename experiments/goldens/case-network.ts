// The small networks of reference cases, node by node, as networks of ours.
import { z } from 'zod';
import type { Layer, Padding } from '../../network/layer.ts';
import { checkedNetwork, type Network } from '../../network/network.ts';
import { UserError } from '../../records/user-error.ts';

const pair = z.tuple([z.number(), z.number()]);

/** A node of a golden regularizer case. */
export const caseNode = z.object({
  name: z.string(),
  op: z.string(),
  inputs: z.array(z.string()),
  attrs: z
    .object({
      height: z.number(),
      width: z.number(),
      channels: z.number(),
      kernel: pair,
      filters: z.number(),
      units: z.number(),
      stride: pair,
      padding: z.string(),
      depthMultiplier: z.number(),
      keepDims: z.boolean(),
    })
    .partial()
    .loose(),
});
export type CaseNode = z.infer<typeof caseNode>;

function required<T>(node: CaseNode, name: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new UserError({
    got: `node ${node.name} (${node.op}) without ${name}`,
    expected: 'the attributes that its op needs',
    fix: 'correct the goldens file',
  });
}

/** One of our layers from a node of the neutral JSON. */
function layerOf(node: CaseNode): Layer {
  const { name, inputs, attrs } = node;
  const base = { name, inputs };
  const window = () => ({
    kernelSize: required(node, 'kernel', attrs.kernel),
    strides: attrs.stride ?? ([1, 1] as const),
    padding: (attrs.padding ?? 'SAME').toLowerCase() as Padding,
  });
  const pool = () => {
    const { kernelSize, ...rest } = window();
    return { ...base, ...rest, poolSize: kernelSize };
  };
  switch (node.op) {
    case 'input':
      return {
        ...base,
        kind: 'input',
        height: required(node, 'height', attrs.height),
        width: required(node, 'width', attrs.width),
        channels: required(node, 'channels', attrs.channels),
      };
    case 'conv2d':
      return {
        ...base,
        ...window(),
        kind: 'conv2d',
        filters: required(node, 'filters', attrs.filters),
        useBias: false,
      };
    case 'conv2d_transpose':
      return {
        ...base,
        ...window(),
        kind: 'conv2d-transpose',
        filters: required(node, 'filters', attrs.filters),
        useBias: false,
      };
    case 'depthwise_conv2d':
      return {
        ...base,
        ...window(),
        kind: 'depthwise-conv2d',
        multiplier: attrs.depthMultiplier ?? 1,
        useBias: false,
      };
    case 'dense':
      return { ...base, kind: 'dense', units: required(node, 'units', attrs.units), useBias: false };
    case 'batch_norm':
      return { ...base, kind: 'batch-norm', epsilon: 1e-3, scale: true };
    case 'bias_add':
      return { ...base, kind: 'bias-add' };
    case 'relu':
    case 'relu6':
    case 'sigmoid':
    case 'tanh':
      return { ...base, kind: 'activation', activation: node.op };
    case 'add':
      return { ...base, kind: 'add' };
    case 'mul':
      return { ...base, kind: 'multiply' };
    case 'concat':
      return { ...base, kind: 'concat' };
    case 'max_pool':
      return { ...pool(), kind: 'max-pool' };
    case 'avg_pool':
      return { ...pool(), kind: 'avg-pool' };
    case 'global_avg_pool':
      return { ...base, kind: 'global-avg-pool', keepDims: attrs.keepDims === true };
    case 'flatten':
      return { ...base, kind: 'flatten' };
    case 'gate':
      return { ...base, kind: 'gate' };
    default:
      throw new UserError({
        got: `op ${node.op} of node ${name}`,
        expected: 'an op that the goldens README lists',
        fix: 'correct the goldens file, or add the op',
      });
  }
}

/** The network of a golden case. */
export function caseNetwork(name: string, nodes: readonly CaseNode[], outputs: readonly string[]): Network {
  return checkedNetwork({ name, layers: nodes.map(layerOf), outputs });
}
