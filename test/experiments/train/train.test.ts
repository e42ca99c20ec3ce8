import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { generateTexturedShapes } from '../../../experiments/data/index.ts';
import { type TrainOptions, train } from '../../../experiments/train/train.ts';
import { NetworkBuilder } from '../../../network/builder.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import type { Network } from '../../../network/network.ts';
import type { TrainingEngine } from '../../../profiler/engines/engine.ts';
import { openTrainingEngine } from '../../../profiler/engines/training.ts';
import { inProcess, type Measurer } from '../../../profiler/timing/measurer.ts';
import { CsvFile } from '../../../records/csv-file.ts';
import { readRun } from '../../../records/run-file.ts';
import { layerRecord, metricsRecord } from '../../../records/training.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** input 16×16 → a ─┬─ b ─┬─ concat → pool → logits, small enough to train in seconds. */
function tiny(): Network {
  const builder = new NetworkBuilder('tiny');
  const a = builder.conv('a', builder.input(16, 16, 3), 8, 3, { strides: 2 });
  const left = builder.conv('left', a, 12, 3);
  const right = builder.conv('right', a, 8, 1);
  const joined = builder.concat('joined', [left, right]);
  const pooled = builder.simple('global-avg-pool', 'pool', builder.conv('b', joined, 16, 3, { strides: 2 }));
  return builder.build(builder.dense('logits', pooled, 10));
}

const folder = temporaryFolder();
let training: TrainingEngine;

beforeAll(async () => {
  training = await openTrainingEngine('wasm');
});

function scriptedMeasurer(close = async () => {}): Measurer {
  const engine = scriptedEngine({
    kernelUs: (kernel) => 1000 + kernel.flops / 1e3 + kernelBytes(kernel) / 1e3,
  });
  return { ...inProcess(engine), close };
}

function options(out: string, change: Partial<TrainOptions> = {}): TrainOptions {
  return {
    network: tiny(),
    data: generateTexturedShapes({ trainCount: 320, testCount: 80, size: 16, seed: 1 }),
    target: 'latency',
    device: openDevice('p100'),
    costRatio: 0.7,
    iterations: 1,
    choose: 'expansion',
    retrain: 'scratch',
    warmUp: 0,
    shrinkShare: 0.8,
    epochs: 2,
    shrinkEpochs: 8,
    batch: 32,
    learningRate: 0.1,
    seed: 1,
    strength: null,
    augment: true,
    snap: true,
    training,
    openMeasurer: async () => scriptedMeasurer(),
    out,
    ...change,
  };
}

/** Everything of a result but times. */
const timeless = ({ seconds: _, ...rest }: Awaited<ReturnType<typeof train>>) => rest;

describe('a training run', () => {
  test('shrinks to the target, expands within the budget and measures every network', async () => {
    const out = join(folder, 'whole');
    const result = await train(options(out));
    const named = new Map(result.networks.map((each) => [each.name, each]));
    const seedCost = named.get('seed')?.cost as number;
    expect(named.get('shrunk')?.cost).toBeLessThanOrEqual(0.8 * 0.7 * seedCost);
    expect(named.get('expanded')?.cost).toBeLessThanOrEqual(0.7 * seedCost);
    expect(result.omega).toBeGreaterThanOrEqual(1);
    expect(result.chosen_by).toBe('expansion');
    // Multiples of 1 are among those tried.
    expect(result.gain).toBeGreaterThanOrEqual(0);
    for (const { measured_latency_us, predicted_latency_us, test_accuracy } of result.networks) {
      expect(measured_latency_us).toBeGreaterThan(0);
      expect(predicted_latency_us).toBeGreaterThan(0);
      expect(test_accuracy).toBeGreaterThanOrEqual(0);
    }
    const layers = new CsvFile(join(out, 'layers.csv'), layerRecord).read();
    expect(layers.map(({ layer }) => layer)).toEqual(['a', 'left', 'right', 'b', 'logits']);
    const structure = JSON.parse(readFileSync(join(out, 'structure.json'), 'utf8')) as Record<string, number>;
    expect(structure).toEqual(named.get('shrunk')?.widths);
    for (const file of ['model.onnx', 'model/model.json', 'model/weights.bin'])
      expect(existsSync(join(out, file))).toBe(true);
  });

  test('killed in the middle of every stage ends as an undisturbed one', async () => {
    const out = join(folder, 'killed');
    const deaths = ['seed: epoch 2', 'shrink: epoch 2', 'expanded: epoch 1', 'multiplier: epoch 2'];
    for (const death of deaths) {
      const onProgress: TrainOptions['onProgress'] = ({ text }) => {
        if (text.startsWith(death)) throw new Error('killed');
      };
      await expect(train(options(out, { onProgress }))).rejects.toThrow('killed');
    }
    const resumed = await train(options(out));
    const undisturbed = await train(options(join(folder, 'undisturbed')));
    expect(timeless(resumed)).toEqual(timeless(undisturbed));
    // Order of the data, velocities, moving statistics: the weights are the same to the bit.
    const weightsOf = (name: string) => readFileSync(join(folder, name, 'model', 'weights.bin'));
    expect(weightsOf('killed').equals(weightsOf('undisturbed'))).toBe(true);
    const key = ({ stage, epoch }: { stage: string; epoch: number }) => `${stage} ${epoch}`;
    const metrics = new CsvFile(join(out, 'metrics.csv'), metricsRecord).read().map(key);
    const expected = new CsvFile(join(folder, 'undisturbed', 'metrics.csv'), metricsRecord).read().map(key);
    expect(metrics).toEqual(expected);
  });

  test('shrinks and expands again as often as asked, and a killed one goes on', async () => {
    const change = { iterations: 2, retrain: 'survived', warmUp: 0.2 } as const;
    const out = join(folder, 'twice');
    const onProgress: TrainOptions['onProgress'] = ({ text }) => {
      if (text.startsWith('expanded-2: epoch 2')) throw new Error('killed');
    };
    await expect(train(options(out, { ...change, onProgress }))).rejects.toThrow('killed');
    const result = await train(options(out, change));
    expect(timeless(result)).toEqual(timeless(await train(options(join(folder, 'twice-whole'), change))));
    const stages = new CsvFile(join(out, 'metrics.csv'), metricsRecord).read().map(({ stage }) => stage);
    expect([...new Set(stages)]).toEqual([
      'seed',
      'shrink',
      'expanded',
      'shrink-2',
      'expanded-2',
      'multiplier',
    ]);
    const cost = (name: string) => result.networks.find((each) => each.name === name)?.cost as number;
    expect(result.iterations).toHaveLength(2);
    for (const iteration of result.iterations ?? []) {
      expect(iteration.shrunk_cost).toBeLessThanOrEqual(0.8 * 0.7 * cost('seed'));
      expect(iteration.cost).toBeLessThanOrEqual(0.7 * cost('seed'));
    }
    expect(result.iterations?.at(-1)?.cost).toBe(cost('expanded'));
    // What the first iteration removed is 0 wide in the second one's networks too.
    const widths = result.networks.map((each) => Object.keys(each.widths));
    expect(new Set(widths.map((names) => names.join())).size).toBe(1);
  });

  test('chooses channels as a knapsack, and goes on from their weights', async () => {
    const change = { choose: 'knapsack', retrain: 'survived' } as const;
    const result = await train(options(join(folder, 'knapsack'), change));
    const named = new Map(result.networks.map((each) => [each.name, each]));
    const seedCost = named.get('seed')?.cost as number;
    expect(named.get('expanded')?.cost).toBeLessThanOrEqual(0.7 * seedCost);
    expect(named.get('expanded')?.cost).toBeGreaterThan(0.55 * seedCost);
    // The stage before it ends half-way, so that there is something to choose among.
    expect(named.get('shrunk')?.cost).toBeLessThanOrEqual(Math.sqrt(0.7) * seedCost);
    expect(named.get('shrunk')?.cost).toBeGreaterThanOrEqual(named.get('expanded')?.cost as number);
    expect(result.omega).toBe(1);
    expect(result.chosen_by).toBe('knapsack');
    // Within 1 % of the best there is, which no threshold beats.
    expect(result.gain).toBeGreaterThan(-0.01);
    await expect(
      train(options(join(folder, 'knapsack-twice'), { ...change, iterations: 2 })),
    ).rejects.toThrow(/got --iterations 2 with --choose knapsack; expected one iteration/);
  });

  test('closes what measures, also where that fails', async () => {
    let closed = 0;
    const close = async () => {
      closed++;
    };
    await train(options(join(folder, 'whole'), { openMeasurer: async () => scriptedMeasurer(close) }));
    expect(closed).toBe(1);
    const broken: Measurer = {
      ...scriptedMeasurer(close),
      measureLoad: async () => Promise.reject(new Error('no device')),
    };
    const again = options(join(folder, 'whole'), { openMeasurer: async () => broken });
    await expect(train(again)).rejects.toThrow('no device');
    expect(closed).toBe(2);
  });

  test('keeps every setting in run.json, and refuses to resume with another', async () => {
    const { settings } = readRun(join(folder, 'whole'));
    expect(settings).toEqual({
      network: 'tiny',
      data: 'textured-shapes (generated)',
      trainImages: 320,
      testImages: 80,
      device: 'p100',
      networkSha256: expect.stringMatching(/^[0-9a-f]{16}$/),
      deviceSha256: expect.stringMatching(/^[0-9a-f]{16}$/),
      target: 'latency',
      costRatio: 0.7,
      iterations: 1,
      choose: 'expansion',
      retrain: 'scratch',
      warmUp: 0,
      shrinkShare: 0.8,
      epochs: 2,
      shrinkEpochs: 8,
      batch: 32,
      learningRate: 0.1,
      strength: null,
      seed: 1,
      augment: true,
      snap: true,
    });
    await expect(train(options(join(folder, 'whole'), { snap: false }))).rejects.toThrow(
      /^got snap false for .*whole, which holds a run with snap true; /,
    );
    const p100 = openDevice('p100');
    if (p100.kind !== 'datasheet') throw new Error('the datasheet device is gone');
    const slower = { ...p100, device: { ...p100.device, computeRateGflops: 1 } };
    await expect(train(options(join(folder, 'whole'), { device: slower }))).rejects.toThrow(
      /^got deviceSha256 .* for .*whole, which holds a run with deviceSha256 /,
    );
  });

  test('refuses images of another size', async () => {
    const data = generateTexturedShapes({ trainCount: 40, testCount: 10, size: 32, seed: 1 });
    await expect(train(options(join(folder, 'size'), { data }))).rejects.toThrow(
      'got 32×32×3 images in textured-shapes (generated); expected 16×16×3, the input of tiny',
    );
  });
});
