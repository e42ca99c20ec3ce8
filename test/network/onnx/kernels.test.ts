import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployedNetwork } from '../../../network/deployed.ts';
import type { ActivationFunction, Layer } from '../../../network/layer.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { checkedNetwork } from '../../../network/network.ts';
import { seededWeights } from '../../../network/weights.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';
import {
  activation,
  add,
  concat,
  conv,
  dense,
  depthwise,
  flatten,
  globalPool,
  image,
  norm,
  pad,
  pool,
} from '../layers.ts';

// Networks of a few layers, run by ONNX Runtime: it runs the kernels that the lowering rules say, and no others.

let engine: Engine;
beforeAll(async () => {
  engine = await engineNamed('onnxruntime').open({ threads: 1 });
});
afterAll(() => engine.close());

async function runsAsLowered(layers: readonly Layer[]): Promise<void> {
  const outputs = [layers.at(-1)?.name ?? ''];
  const network = checkedNetwork({ name: 'tiny', layers: [image(16, 3), ...layers], outputs });
  const deployed = deployedNetwork(network);
  const profiled = await engine.loadProfiled(deployed, { batch: 1, weights: seededWeights(deployed, 1) });
  await profiled.run();
  const [timings] = await profiled.finish();
  const title = ({ name, op }: { name: string; op: string }) => `${op} ${name}`;
  expect(timings?.map(({ kernel }) => title(kernel))).toEqual(
    new Lowering(deployed, engine.rules).kernels().map(title),
  );
}

const conv3 = (name: string, input: string, filters: number) =>
  conv(name, input, filters, { kernel: 3, bias: true });
const grouped = (name: string, input: string, filters: number, groups: number): Layer => ({
  ...conv3(name, input, filters),
  groups,
});
const slice = (name: string, input: string, from: number, channels: number): Layer => ({
  kind: 'slice',
  name,
  inputs: [input],
  from,
  channels,
});
const multiply = (name: string, ...inputs: string[]): Layer => ({ kind: 'multiply', name, inputs });
const shuffle = (name: string, input: string, groups: number): Layer => ({
  kind: 'channel-shuffle',
  name,
  inputs: [input],
  groups,
});
const upsample = (name: string, input: string, interpolation: 'nearest' | 'bilinear'): Layer => ({
  kind: 'upsample',
  name,
  inputs: [input],
  factor: [2, 2],
  interpolation,
});
const keptPool = (name: string, input: string): Layer => ({ ...globalPool(name, input), keepDims: true });

const ACTIVATIONS: readonly ActivationFunction[] = [
  'relu',
  'relu6',
  'leaky-relu',
  'elu',
  'sigmoid',
  'hard-sigmoid',
  'tanh',
  'swish',
  'hard-swish',
  'gelu',
  'gelu-tanh',
  'softplus',
  'mish',
  'selu',
  'clip',
];

describe.each(ACTIVATIONS)('%s', (name) => {
  // 22 channels do not go into blocks.
  const act = (input: string) => activation('a', input, name);
  test.each<[string, Layer[]]>([
    ['behind a convolution', [conv3('c', 'input', 32), act('c'), conv3('d', 'a', 32)]],
    ['where channels do not fill blocks', [conv3('c', 'input', 24), act('c'), conv3('d', 'a', 32)]],
    [
      'behind a plain convolution',
      [conv3('b', 'input', 22), conv3('c', 'b', 22), act('c'), conv3('d', 'a', 32)],
    ],
    [
      'behind a depthwise convolution',
      [conv3('b', 'input', 32), depthwise('c', 'b'), act('c'), conv3('d', 'a', 32)],
    ],
    ['behind a pool', [conv3('b', 'input', 32), pool('max-pool', 'p', 'b'), act('p'), conv3('d', 'a', 32)]],
    [
      'behind an add',
      [conv3('b', 'input', 32), conv3('c', 'b', 32), add('s', 'b', 'c'), act('s'), conv3('d', 'a', 32)],
    ],
    [
      'behind a plain add',
      [
        conv3('z', 'input', 22),
        conv3('b', 'z', 22),
        conv3('c', 'b', 22),
        add('s', 'b', 'c'),
        act('s'),
        conv3('d', 'a', 22),
      ],
    ],
    [
      'behind a batch norm',
      [conv3('b', 'input', 32), pool('max-pool', 'p', 'b'), norm('n', 'p'), act('n'), conv3('d', 'a', 32)],
    ],
    ['behind a dense layer', [globalPool('g', 'input'), dense('c', 'g', 20), act('c'), dense('d', 'a', 4)]],
    [
      'as a gate',
      [
        conv3('b', 'input', 32),
        keptPool('g', 'b'),
        conv('s', 'g', 32, { bias: true }),
        act('s'),
        multiply('m', 'b', 'a'),
        conv3('d', 'm', 16),
      ],
    ],
  ])('%s', (_, layers) => runsAsLowered(layers));
});

test.each<[string, Layer[]]>([
  [
    'a product of two maps',
    [conv3('b', 'input', 24), conv3('c', 'b', 24), multiply('m', 'b', 'c'), conv3('d', 'm', 16)],
  ],
  ['a shuffle', [conv3('b', 'input', 32), shuffle('h', 'b', 2), conv3('d', 'h', 16)]],
  [
    'a shuffle of a vector',
    [globalPool('g', 'input'), dense('c', 'g', 20), shuffle('h', 'c', 5), dense('d', 'h', 4)],
  ],
  [
    'halves',
    [conv3('b', 'input', 32), slice('r', 'b', 16, 16), slice('l', 'b', 0, 16), concat('o', 'r', 'l')],
  ],
  [
    'three parts',
    [
      conv3('b', 'input', 32),
      slice('l', 'b', 0, 8),
      slice('m', 'b', 8, 8),
      slice('r', 'b', 16, 16),
      concat('o', 'r', 'l', 'm'),
    ],
  ],
  [
    'parts with another reader',
    [conv3('b', 'input', 32), slice('r', 'b', 16, 16), slice('l', 'b', 0, 16), concat('o', 'r', 'l', 'b')],
  ],
  [
    'parts that overlap',
    [conv3('b', 'input', 32), slice('l', 'b', 0, 20), slice('r', 'b', 16, 16), concat('o', 'r', 'l')],
  ],
  [
    'parts with a gap',
    [conv3('b', 'input', 32), slice('l', 'b', 0, 8), slice('r', 'b', 16, 16), concat('o', 'r', 'l')],
  ],
  [
    'a batch norm of two readers',
    [
      conv3('b', 'input', 24),
      conv3('c', 'b', 24),
      concat('j', 'b', 'c'),
      norm('n', 'j'),
      activation('a', 'n'),
      conv('d', 'a', 16),
      conv('e', 'n', 16),
      concat('k', 'd', 'e'),
    ],
  ],
  [
    'a batch norm that is added to',
    [
      conv3('b', 'input', 32),
      pool('max-pool', 'p', 'b'),
      norm('n', 'p'),
      add('s', 'n', 'b'),
      conv3('d', 's', 32),
    ],
  ],
  [
    'a depthwise convolution that is added to',
    [conv3('b', 'input', 32), depthwise('n', 'b'), add('s', 'n', 'b'), conv3('d', 's', 32)],
  ],
  ['nearest neighbours', [conv3('b', 'input', 24), upsample('u', 'b', 'nearest'), conv3('d', 'u', 16)]],
  ['interpolation', [conv3('b', 'input', 24), upsample('u', 'b', 'bilinear'), conv3('d', 'u', 16)]],
  [
    'groups of whole blocks',
    [conv3('b', 'input', 32), grouped('g', 'b', 64, 2), add('s', 'g', 'g'), conv3('d', 's', 32)],
  ],
  [
    'groups of half a block',
    [conv3('b', 'input', 32), grouped('g', 'b', 32, 4), activation('r', 'g'), conv3('d', 'r', 32)],
  ],
  [
    'zeros around a pool',
    [
      conv3('b', 'input', 32),
      pad('z', 'b'),
      pool('max-pool', 'p', 'z', { padding: 'valid' }),
      conv3('d', 'p', 16),
    ],
  ],
  [
    'a map flattened and pooled',
    [conv3('b', 'input', 8), globalPool('g', 'b'), flatten('f', 'b'), concat('j', 'f', 'g')],
  ],
])('%s', (_, layers) => runsAsLowered(layers));
