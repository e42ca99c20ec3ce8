import { NetworkBuilder } from '../../../network/builder.ts';
import { type ChannelGroup, planChannels } from '../../../network/channel-plan.ts';
import type { ActivationFunction, Layer } from '../../../network/layer.ts';
import { checkedNetwork, type Network } from '../../../network/network.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { resizeNetwork } from '../../../network/widths.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import type { Cause } from '../../../records/explanation.ts';

/** Two networks whose difference was made by one thing. */
export interface PlantedPair {
  readonly title: string;
  readonly a: Network;
  readonly b: Network;
  readonly cause: Cause;
}

/** A network with each width that may change as a function says. */
export function resized(network: Network, width: (group: ChannelGroup) => number): Network {
  const plan = planChannels(network);
  return resizeNetwork(
    plan,
    Int32Array.from(plan.groups, (group) => (group.fixed ? group.size : width(group))),
  );
}

/** A network of plain 3×3 convolutions, with a pool after every second one. */
function chain(name: string, filters: readonly number[], size = 112): Network {
  const builder = new NetworkBuilder(name);
  let net = builder.input(size, size, 3);
  filters.forEach((count, index) => {
    net = builder.conv(`conv${index}`, net, count, 3);
    if (index % 2 === 1) net = builder.pool('max-pool', `pool${index}`, net, 3, 2);
  });
  const pooled = builder.simple('global-avg-pool', 'pool', net);
  return builder.build(builder.dense('logits', pooled, 100));
}

/** Every activation another one. */
function withActivation(network: Network, activation: ActivationFunction): Network {
  const layers = network.layers.map((layer) =>
    layer.kind === 'activation' ? { ...layer, activation } : layer,
  );
  return checkedNetwork({ ...network, layers });
}

/** Some convolutions with the batch norm behind the activation, where nothing folds it. */
function withLateNorms(network: Network, isLate: (conv: string) => boolean): Network {
  const late = network.layers.filter(({ kind, name }) => kind === 'conv2d' && isLate(name));
  const names = new Set(late.map(({ name }) => name));
  const moved = new Map([...names].map((name) => [`${name}/Relu`, `${name}/BatchNorm`]));
  const layers: Layer[] = [];
  for (const layer of network.layers) {
    const conv = layer.name.slice(0, layer.name.lastIndexOf('/'));
    if (layer.kind === 'batch-norm' && names.has(conv)) continue;
    if (layer.kind === 'activation' && names.has(conv)) {
      layers.push({ ...layer, inputs: [conv] });
      const norm = network.layers.find(({ name }) => name === `${conv}/BatchNorm`) as Layer;
      layers.push({ ...norm, inputs: [layer.name] } as Layer);
      continue;
    }
    layers.push({ ...layer, inputs: layer.inputs.map((name) => moved.get(name) ?? name) } as Layer);
  }
  return checkedNetwork({ ...network, layers });
}

const withOutputs = (network: Network, ...outputs: string[]) =>
  checkedNetwork({ ...network, outputs: [...network.outputs, ...outputs] });

const full = ({ size }: ChannelGroup) => size;
const isInner = ({ name }: ChannelGroup) => /\/conv[12]$/.test(name);

/** Twenty pairs: widths, layouts, reorders, branches, norms, activations. */
export function plantedPairs(): PlantedPair[] {
  const [inception, resnet, mobilenet] = ['inception-v2', 'resnet-50', 'mobilenet-v1-1.0'].map(
    zooNetwork,
  ) as [Network, Network, Network];
  const plain = chain('chain', [64, 64, 128, 128, 256, 256]);
  const aligned = (size: number) => Math.max(16, Math.round(size / 16) * 16);
  const odd = (network: Network, index: number) => {
    const plan = planChannels(network);
    return resizeNetwork(plan, sampleWidths(plan, 'uniform', 7, index));
  };
  // To the nearest: FLOPs stay about what they are.
  const inBlocks = (network: Network) => resized(network, ({ size }) => aligned(size));
  const [oddInception, oddResnet] = [odd(inception, 1), odd(resnet, 2)];
  return [
    {
      title: 'resnet-50 pruned by three channels each',
      a: resnet,
      b: resized(resnet, ({ size }) => size - 3),
      cause: 'layout',
    },
    {
      title: 'inception-v2 pruned by one channel each',
      a: inception,
      b: resized(inception, ({ size }) => size - 1),
      cause: 'layout',
    },
    {
      title: 'mobilenet pruned to odd widths by a twentieth',
      a: mobilenet,
      b: resized(mobilenet, ({ size }) => Math.floor(0.95 * size) | 1),
      cause: 'layout',
    },
    {
      title: 'odd resnet-50 aligned',
      a: resized(resnet, ({ size }) => size - 5),
      b: resnet,
      cause: 'layout',
    },
    {
      title: 'random odd inception-v2 rounded to blocks',
      a: oddInception,
      b: inBlocks(oddInception),
      cause: 'layout',
    },
    {
      title: 'random odd resnet-50 rounded to blocks',
      a: oddResnet,
      b: inBlocks(oddResnet),
      cause: 'layout',
    },
    {
      title: 'one layer of a chain that flips the layout of the next',
      a: plain,
      b: resized(plain, (group) => (group.name === 'conv2' ? 126 : group.size)),
      cause: 'layout',
    },
    {
      title: 'a chain four channels wider than blocks',
      a: plain,
      b: resized(plain, (group) => (/conv[024]/.test(group.name) ? group.size + 4 : group.size)),
      cause: 'remainder',
    },
    {
      title: 'resnet-50 four channels wider than blocks inside its units',
      a: resnet,
      b: resized(resnet, (group) => (isInner(group) ? group.size + 4 : group.size)),
      cause: 'remainder',
    },
    {
      title: 'resnet-50 at half the widths',
      a: resnet,
      b: resized(resnet, ({ size }) => aligned(size / 2)),
      cause: 'flops',
    },
    {
      title: 'inception-v2 at three quarters of the widths, in blocks',
      a: inception,
      b: resized(inception, ({ size }) => aligned(0.75 * size)),
      cause: 'flops',
    },
    {
      title: 'mobilenet at half the widths',
      a: mobilenet,
      b: resized(mobilenet, ({ size }) => size / 2),
      cause: 'flops',
    },
    {
      title: 'a chain with maps as outputs, which are reordered',
      a: plain,
      b: withOutputs(plain, 'conv0/Relu', 'pool1', 'conv2/Relu'),
      cause: 'reorder',
    },
    {
      title: 'resnet-50 with a map of its first block as an output',
      a: resnet,
      b: withOutputs(resnet, 'block1/unit_1/bottleneck_v1/Relu'),
      cause: 'reorder',
    },
    {
      title: 'inception-v2 without a branch of three modules',
      a: inception,
      b: resized(inception, (group) =>
        /Mixed_3[bc]\/Branch_2|Mixed_4b\/Branch_2/.test(group.name) ? 0 : full(group),
      ),
      cause: 'layers',
    },
    {
      title: 'resnet-50 without the residual branches of two units',
      a: resnet,
      b: resized(resnet, (group) =>
        isInner(group) && /block[23]\/unit_2\//.test(group.name) ? 0 : full(group),
      ),
      cause: 'layers',
    },
    {
      title: 'a chain whose norms come behind the activations',
      a: plain,
      b: withLateNorms(plain, () => true),
      cause: 'norm',
    },
    {
      title: 'inception-v2 whose first norms come behind the activations',
      a: inception,
      b: withLateNorms(inception, (name) => /^Conv2d_2/.test(name)),
      cause: 'norm',
    },
    {
      title: 'mobilenet with swish',
      a: mobilenet,
      b: withActivation(mobilenet, 'swish'),
      cause: 'activation',
    },
    {
      title: 'a chain with gelu',
      a: plain,
      b: withActivation(plain, 'gelu'),
      cause: 'activation',
    },
  ];
}
