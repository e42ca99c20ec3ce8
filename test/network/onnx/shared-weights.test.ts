import { describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import { decodeModel } from '../../../network/onnx/model.ts';
import { readOnnx } from '../../../network/onnx/read.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { seededWeights } from '../../../network/weights.ts';
import { resizeNetwork } from '../../../network/widths.ts';
import { type TinyModel, tinyModel } from './tiny-model.ts';

const ones = (...dims: number[]) => ({
  dims,
  values: Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => 0.1 * (i + 1)),
});
const conv = (name: string, input: string, weight: string) => ({ op: 'Conv', name, inputs: [input, weight] });
const norm = (name: string, input: string, parts: string) => ({
  op: 'BatchNormalization',
  name,
  inputs: [input, ...['g', 'b', 'm', 'v'].map((part) => `${parts}${part}`)],
});
const normParts = (prefix: string, first: number) =>
  Object.fromEntries(
    ['g', 'b', 'm', 'v'].map((part, i) => [
      `${prefix}${part}`,
      { dims: [4], values: [first, 2, 3, 4].map((value) => value + i) },
    ]),
  );

/** Two convolutions of one kernel side by side, joined and read by a third. */
const siamese = (first: string, second: string): TinyModel => ({
  nodes: [
    conv('a', 'input', 'w'),
    conv('b', 'input', 'w'),
    norm('na', 'a', first),
    norm('nb', 'b', second),
    { op: 'Concat', name: 'j', inputs: ['na', 'nb'], attributes: { axis: 1 } },
    conv('c', 'j', 'u'),
  ],
  weights: { w: ones(4, 2, 1, 1), u: ones(3, 8, 1, 1), ...normParts('p', 1), ...normParts('q', 5) },
});
const read = (model: TinyModel) => readOnnx(tinyModel(model), 'tiny');
const kernelsWritten = (bytes: Uint8Array) =>
  decodeModel(bytes, 'tiny')
    .initializers.map(({ name }) => name)
    .filter((name) => name.endsWith('/kernel'));

describe('a kernel that two convolutions read', () => {
  const { network, weights } = read(siamese('p', 'p'));
  const plan = planChannels(network);

  test('counts once, in either view', () => {
    for (const view of ['morph-net', 'deployed'] as const) {
      const { parameters } = latencyPredictor(plan, openDevice('p100'), { view }).detail(plan.fullWidths);
      // The biases that batch norms fold into count where they are deployed.
      expect(parameters).toBe(8 + 24 + (view === 'deployed' ? 4 : 0));
    }
  });

  test('is written once, and read again as one', () => {
    const deployed = deployedNetwork(network);
    expect(deployed.shared).toEqual({ 'b/kernel': 'a/kernel', 'b/bias': 'a/bias' });
    const bytes = writeOnnx(deployed, deployedWeights(network, weights));
    expect(kernelsWritten(bytes)).toEqual(['a/kernel', 'c/kernel']);
    expect(readOnnx(bytes, 'again').network.shared).toEqual({ 'b/kernel': 'a/kernel', 'b/bias': 'a/bias' });
  });

  test('ties the channels that its users make', () => {
    const groupsOf = (name: string) => plan.outputChannels[plan.layerIndex.get(name) as number]?.groups;
    expect(groupsOf('a')).toEqual(groupsOf('b'));
    const group = groupsOf('a')?.[0] as number;
    const widths = Int32Array.from(plan.fullWidths, (width, i) => (i === group ? 2 : width));
    const narrow = resizeNetwork(plan, widths);
    expect(narrow.layers.filter(({ kind }) => kind === 'conv2d')).toMatchObject([
      { name: 'a', filters: 2 },
      { name: 'b', filters: 2 },
      { name: 'c', filters: 3 },
    ]);
    expect(narrow.shared).toEqual(network.shared);
    const seeded = seededWeights(narrow, 1);
    expect(seeded.get('b/kernel')).toBe(seeded.get('a/kernel'));
  });

  test('becomes two where other norms fold into it', () => {
    const reading = read(siamese('p', 'q'));
    expect(reading.network.shared).toEqual({ 'b/kernel': 'a/kernel' });
    expect(deployedNetwork(reading.network).shared).toBeUndefined();
  });

  test('is no depthwise one, and none of another arrangement', () => {
    const { network: other } = read({
      nodes: [
        { op: 'Gemm', name: 'a', inputs: ['f', 'w'] },
        { op: 'Gemm', name: 'b', inputs: ['f', 'w'], attributes: { transB: 1 } },
        { op: 'Flatten', name: 'f', inputs: ['input'] },
      ].toSorted((x, y) => Number(y.name === 'f') - Number(x.name === 'f')),
      weights: { w: ones(2, 2) },
      inputs: { input: [1, 2, 1, 1] },
      outputs: ['a', 'b'],
    });
    expect(other.shared).toBeUndefined();
  });
});
