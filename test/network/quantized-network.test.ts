import { expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { deployedNetwork } from '../../network/deployed.ts';
import { isRounded } from '../../network/element-types.ts';
import type { Layer } from '../../network/layer.ts';
import { quantizedNetwork } from '../../network/quantized-network.ts';
import { quantizationOf } from '../../network/quantized-weights.ts';
import { seededWeights, weightShapes } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { activation, add, conv, dense, globalPool, image, network, pool } from './layers.ts';

const softmax = (name: string, input: string): Layer => ({ kind: 'softmax', name, inputs: [input] });

const RESIDUAL = network([
  image(8, 3),
  conv('A', 'input', 4, { kernel: 3, bias: true }),
  activation('R', 'A', 'relu'),
  conv('B', 'R', 4),
  add('S', 'R', 'B'),
  activation('T', 'S', 'relu'),
  pool('max-pool', 'P', 'T'),
  activation('H', 'P', 'hard-swish'),
  globalPool('G', 'H'),
  dense('D', 'G', 5),
  softmax('Y', 'D'),
]);

test('what a kernel of 8 bits reads or makes is rounded, a cut-off behind it and not before', () => {
  const rounded = quantizedNetwork(RESIDUAL);
  const names = rounded.layers.filter(isRounded).map(({ name }) => name);
  expect(names).toEqual(['input', 'R', 'B', 'T', 'P', 'H', 'G', 'D']);
  const types = new Map(rounded.layers.map((layer) => [layer.name, layer.types]));
  expect(types.get('A')).toEqual({ kernel: 'int8', bias: 'int32', perChannel: true });
  expect(types.get('B')).toEqual({ output: 'uint8', kernel: 'int8', perChannel: true });
  expect(types.get('Y')).toBeUndefined();
  expect(quantizedNetwork(rounded)).toBe(rounded);
});

test.each(['inception-32', 'mobilenet-v1-32', 'resnet-v1-32'])('%s has the same channel groups', (name) => {
  const [plan, rounded] = [zooNetwork(name), quantizedNetwork(zooNetwork(name))].map((each) =>
    planChannels(each),
  );
  expect(rounded?.groups.map(({ size, fixed }) => [size, fixed])).toEqual(
    plan?.groups.map(({ size, fixed }) => [size, fixed]),
  );
});

test('a network in 8 bits is resized and deployed as it is', () => {
  const plan = planChannels(quantizedNetwork(zooNetwork('inception-32')));
  const resized = resizeNetwork(
    plan,
    plan.fullWidths.map((width, i) => (plan.groups[i]?.fixed ? width : Math.ceil(width / 2))),
  );
  const typesOf = (layers: readonly Layer[]) => layers.map(({ name, types }) => [name, types]);
  expect(typesOf(resized.layers)).toEqual(typesOf(plan.network.layers));
  expect(deployedNetwork(resized).layers).toEqual(resized.layers);
});

test('scales reach what values are seen, zero included; what moves values has those of what it reads', () => {
  const rounded = quantizedNetwork(RESIDUAL);
  const weights = seededWeights(rounded, 1);
  const parts = quantizationOf(rounded, weights, ({ name }) =>
    name === 'R' ? { least: 0.5, most: 5.1 } : { least: -1, most: 1.55 },
  );
  const of = (name: string) => Array.from(parts.get(name) ?? []);
  expect(of('R/output_scale')).toEqual([Math.fround(5.1 / 255)]);
  expect(of('R/output_zero')).toEqual([0]);
  expect(of('T/output_scale')).toEqual([Math.fround(2.55 / 255)]);
  expect(of('T/output_zero')).toEqual([100]);
  expect(of('P/output_scale')).toEqual(of('T/output_scale'));
  const kernel = weights.get('B/kernel') as Float32Array;
  const largest = Math.max(...kernel.filter((_, at) => at % 4 === 2).map(Math.abs));
  expect(of('B/kernel_scale')[2]).toBe(Math.fround(largest / 127));
  expect(of('A/bias_scale')[1]).toBe(
    Math.fround((of('A/kernel_scale')[1] as number) * (of('input/output_scale')[0] as number)),
  );
});

test('seeded weights have all parts of a network in 8 bits', () => {
  const rounded = quantizedNetwork(zooNetwork('mobilenet-v1-32'));
  const weights = seededWeights(rounded, 1);
  for (const { name, shape } of weightShapes(rounded))
    expect(weights.get(name)?.length, name).toBe(shape.reduce((product, size) => product * size, 1));
  expect(weights.size).toBe(weightShapes(rounded).length);
});
