import { expect, test } from 'vitest';
import { allotBlocks } from '../../../experiments/samples/allot-blocks.ts';
import { drawSample, familyOf } from '../../../experiments/samples/family.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const family = familyOf(zooNetwork('inception-32'));
const samples = (count: number) =>
  Array.from({ length: count }, (_, sample) =>
    drawSample({ network: 'inception-32', sample, role: 'report', law: 'uniform' }, family, 1),
  );

test('blocks are of one size: the last one is not measured alone for as long as the others', () => {
  expect(allotBlocks(samples(129), 1, 128).map(({ length }) => length)).toEqual([65, 64]);
  expect(allotBlocks(samples(128), 1, 128).map(({ length }) => length)).toEqual([128]);
  expect(allotBlocks(samples(10), 1, 4).map(({ length }) => length)).toEqual([4, 4, 2]);
});

test('every sample is in one block, in an order that the seed shuffles', () => {
  const ids = (seed: number) =>
    allotBlocks(samples(30), seed, 12)
      .flat()
      .map(({ proposed }) => proposed.sample);
  expect([...ids(1)].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, k) => k));
  expect(ids(1)).not.toEqual(ids(2));
});

test('networks that do not fit the memory together are parted', () => {
  const all = samples(6);
  const [first] = all;
  expect(first).toBeDefined();
  expect(allotBlocks(all, 1, 128, 1).map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
});
