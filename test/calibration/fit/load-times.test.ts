import { expect, test } from 'vitest';
import { inLoads, type LoadRecords, loadTimes } from '../../../calibration/fit/load-times.ts';

const round = (sample: number, load: number, latency_us: number): LoadRecords['rounds'][number] => ({
  network: 'net',
  sample,
  round: 0,
  latency_us,
  runs: 1,
  per_pacer: null,
  pacer_us: null,
  disturbed: false,
  attempts: 1,
  load,
});
const kernelLoad = (load: number, kernel: string, latency_us: number): LoadRecords['kernels'][number] => ({
  network: 'net',
  sample: 1,
  load,
  kernel,
  latency_us,
  spread: 0,
  min_us: latency_us,
  rounds: 1,
  per_pacer: null,
  op: 'conv',
  unforeseen: false,
  of: 2,
});

test('a network has the median of its rounds in each load, in the order of the loads', () => {
  const { networksUs } = loadTimes({
    kernels: [],
    rounds: [round(1, 2, 40), round(1, 0, 10), round(1, 0, 14), round(2, 0, 7), round(1, 0, 11)],
  });
  expect([...networksUs]).toEqual([
    ['net 1', [11, 40]],
    ['net 2', [7]],
  ]);
});

test('a kernel has its time in each load, by its place in the network, and 0 where a load lacks it', () => {
  const { kernelsUs } = loadTimes({
    rounds: [],
    kernels: [kernelLoad(0, 'a', 1), kernelLoad(0, 'b', 2), kernelLoad(1, 'a', 3)],
  });
  expect(kernelsUs.get('net 1')).toEqual([
    [1, 3],
    [2, 0],
  ]);
});

test('a figure is to its loads as their times are to the median of them', () => {
  expect(inLoads(50, [8, 10, 12])).toEqual([40, 50, 60]);
});

test('one load, or times too short for the clock, say nothing of loads', () => {
  expect(inLoads(50, [10])).toBeUndefined();
  expect(inLoads(50, undefined)).toBeUndefined();
  expect(inLoads(50, [0, 0, 12])).toBeUndefined();
});
