import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Layer } from '../../../network/layer.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { recoverCosts } from '../../../network/lowering/recover-costs.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { quantizedNetwork } from '../../../network/quantized-network.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { anyNetwork } from '../any-network.ts';
import { activation, conv, image, network } from '../layers.ts';

const GROUPED: Layer[] = [image(4, 6), { ...conv('A', 'input', 9, { kernel: 3, bias: true }), groups: 3 }];
const SWISH: Layer[] = [image(4, 3), activation('H', 'input', 'hard-swish')];
const NETWORKS = [
  ...['inception-32', 'resnet-v1-32', 'mobilenet-v1-32'].map((name) => zooNetwork(name)),
  ...['inception-32', 'mobilenet-v1-32'].map((name) => quantizedNetwork(zooNetwork(name))),
  network(GROUPED),
  network(SWISH),
  ...fc.sample(anyNetwork, { seed: 11, numRuns: 60 }),
];

test.each(['onnxruntime', 'onnxruntime-nchw8c', 'onnxruntime-webgpu', 'tfjs', 'tfjs-webgpu-8'])(
  'the figures of a kernel, by the rules of %s, tell its costs per channel',
  (name) => {
    for (const described of NETWORKS) {
      for (const kernel of new Lowering(described, rulesNamed(name), 2).kernels()) {
        const { costs, ...figures } = kernel;
        expect(recoverCosts(figures), `${kernel.op} ${kernel.name}`).toEqual(costs);
      }
    }
  },
);
