import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { trainableModel } from '../../../morphnet/trainable-model.ts';
import { NetworkBuilder } from '../../../network/builder.ts';
import type { Network } from '../../../network/network.ts';
import { readLayersModel } from '../../../network/tfjs/read-layers-model.ts';
import { weightShapes } from '../../../network/weights.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { expectAgreement, fillWeights, liveWeights } from './agreement.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Every layer that a trainable model can have and the zoo lacks. */
function uncommonLayers(): Network {
  const builder = new NetworkBuilder('uncommon');
  const image = builder.input(9, 8, 3);
  const window = { kernelSize: [3, 2], strides: [2, 2], padding: 'same', useBias: true } as const;
  const stem = builder.conv('stem', image, 6, 3, { activation: 'tanh' });
  builder.add({ kind: 'conv2d-transpose', name: 'up', inputs: [stem], filters: 5, ...window });
  builder.add({
    ...window,
    kind: 'conv2d',
    name: 'dilated',
    inputs: ['up'],
    filters: 4,
    strides: [1, 1],
    dilations: [1, 2],
  });
  builder.add({ kind: 'depthwise-conv2d', name: 'spread', inputs: ['dilated'], multiplier: 2, ...window });
  builder.add({
    kind: 'upsample',
    name: 'larger',
    inputs: ['spread'],
    factor: [2, 3],
    interpolation: 'nearest',
  });
  builder.add({ kind: 'batch-norm', name: 'unscaled', inputs: ['larger'], epsilon: 0.01, scale: false });
  builder.add({
    kind: 'pad',
    name: 'padded',
    inputs: ['unscaled'],
    padding: { top: 1, bottom: 0, left: 2, right: 3 },
  });
  builder.simple('global-avg-pool', 'squeezed', 'padded');
  builder.add({ kind: 'activation', name: 'excited', inputs: ['squeezed'], activation: 'sigmoid' });
  builder.add({ kind: 'multiply', name: 'scaled', inputs: ['padded', 'excited'] });
  builder.add({ kind: 'gate', name: 'gated', inputs: ['scaled'] });
  builder.add({ kind: 'dropout', name: 'dropped', inputs: ['gated'], rate: 0.25 });
  const flat = builder.simple('flatten', 'flat', 'dropped');
  return builder.build(builder.simple('softmax', 'classes', builder.dense('logits', flat, 5)));
}

describe('a trainable model is read as the network it was made of', () => {
  const networks: [string, Network][] = [
    ...['inception-32', 'mobilenet-v1-0.25', 'googlenet', 'inception-v2-separable', 'resnet-50'].map(
      (name): [string, Network] => [name, zooNetwork(name)],
    ),
    ['uncommon layers', uncommonLayers()],
  ];

  test.each(networks)('%s', (_, network) => {
    const model = trainableModel(network, 1);
    const { network: read, weights, owners } = readLayersModel(model.toJSON(null, false));
    expect(read).toStrictEqual(network);
    expect([...weights.keys()]).toEqual(weightShapes(network).map(({ name }) => name));
    expect([...owners]).toEqual(network.layers.map(({ name }) => [name, name]));
    model.dispose();
  });

  test.each([
    ['inception-32', zooNetwork('inception-32')],
    ['uncommon layers', uncommonLayers()],
  ])('and %s computes the same', (_, network) => {
    const model = trainableModel(network, 1);
    fillWeights(tf, model, 5);
    const reading = readLayersModel(model.toJSON(null, false));
    expectAgreement(tf, model, network, liveWeights(model, reading));
    model.dispose();
  });
});
