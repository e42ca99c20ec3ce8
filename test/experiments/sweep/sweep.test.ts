import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { generateTexturedShapes } from '../../../experiments/data/index.ts';
import { pathLevels } from '../../../experiments/sweep/prepare-seed.ts';
import { sweep } from '../../../experiments/sweep/sweep.ts';
import type { SweepOptions } from '../../../experiments/sweep/sweep-run.ts';
import { NetworkBuilder } from '../../../network/builder.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import type { Network } from '../../../network/network.ts';
import type { TrainingEngine } from '../../../profiler/engines/engine.ts';
import { openTrainingEngine } from '../../../profiler/engines/training.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** input 16×16 → a ─┬─ left, right ─ concat → b → pool → logits. */
function tiny(): Network {
  const builder = new NetworkBuilder('tiny');
  const a = builder.conv('a', builder.input(16, 16, 3), 16, 3, { strides: 2 });
  const joined = builder.concat('joined', [builder.conv('left', a, 24, 3), builder.conv('right', a, 16, 1)]);
  const pooled = builder.simple('global-avg-pool', 'pool', builder.conv('b', joined, 32, 3, { strides: 2 }));
  return builder.build(builder.dense('logits', pooled, 10));
}

const folder = temporaryFolder();
let training: TrainingEngine;

beforeAll(async () => {
  training = await openTrainingEngine('wasm');
});

function options(out: string, change: Partial<SweepOptions> = {}): SweepOptions {
  const engine = scriptedEngine({
    kernelUs: (kernel) => 50 + kernel.flops / 100 + kernelBytes(kernel) / 1e3,
  });
  return {
    network: tiny(),
    data: generateTexturedShapes({ trainCount: 320, testCount: 80, size: 16, seed: 1 }),
    device: openDevice('p100'),
    datasheetDevice: openDevice('v100'),
    methods: ['width-multiplier', 'slimming', 'knapsack', 'latency'],
    forms: ['shrunk', 'expanded', 'twice'],
    budgets: [0.8],
    budgetIn: 'latency',
    seeds: [1],
    datasheet: 'v100',
    shrinkShare: 0.9,
    epochs: 1,
    shrinkEpochs: 6,
    batch: 32,
    learningRate: 0.1,
    tolerance: 0.03,
    augment: true,
    training,
    openMeasurer: async () => inProcess(engine),
    out,
    ...change,
  };
}

describe('a sweep', () => {
  test('has a row for every method and form, each near its budget, with its structure', async () => {
    const out = join(folder, 'whole');
    const rows = await sweep(options(out));
    expect(rows.map(({ method, form }) => `${method} ${form}`)).toEqual([
      'seed seed',
      'width-multiplier shrunk',
      'slimming shrunk',
      'knapsack shrunk',
      'latency shrunk',
      'latency expanded',
      'latency twice',
    ]);
    for (const row of rows.slice(1)) {
      // By this datasheet the knapsack's networks all cost the same or far less: none of them is near.
      if (row.method !== 'knapsack') expect(Math.abs(1 / row.measured_speedup / 0.8 - 1)).toBeLessThan(0.1);
      expect(row.accuracy).toBe(Math.max(row.accuracy_scratch ?? 0, row.accuracy_survived ?? 0));
    }
    // All but the seed network go on from weights that survived, too.
    expect(
      rows.filter(({ accuracy_survived }) => accuracy_survived === null).map(({ method }) => method),
    ).toEqual(['seed']);
    expect(readdirSync(join(out, 'structures'))).toHaveLength(6);
  });

  test('killed anywhere goes on and ends as an undisturbed one', async () => {
    const out = join(folder, 'killed');
    let kills = 0;
    for (let isDone = false; !isDone; ) {
      // An epoch has ten steps, so that each start comes past one.
      let steps = 0;
      const onProgress = () => {
        if (++steps === 17) throw new Error('killed');
      };
      await sweep(options(out, { onProgress })).then(
        () => {
          isDone = true;
        },
        ({ message }: Error) => {
          expect(message).toBe('killed');
          kills++;
        },
      );
    }
    expect(kills).toBeGreaterThan(5);
    const timeless = (rows: Awaited<ReturnType<typeof sweep>>) => rows.map(({ seconds: _, ...rest }) => rest);
    expect(timeless(await sweep(options(out)))).toEqual(
      timeless(await sweep(options(join(folder, 'whole')))),
    );
  });

  test('trains budgets in their order, each with all seeds', async () => {
    const few = { methods: ['width-multiplier'] as const, budgets: [0.8, 0.6], seeds: [1, 2] };
    const rows = await sweep(options(join(folder, 'order'), few));
    expect(rows.map(({ seed, budget }) => [seed, budget])).toEqual([
      [1, 1],
      [2, 1],
      [1, 0.8],
      [2, 0.8],
      [1, 0.6],
      [2, 0.6],
    ]);
  });

  test('by FLOPs has networks of equal FLOPs, however long they take', async () => {
    const own = {
      methods: ['width-multiplier', 'flops', 'model-size'] as const,
      forms: ['expanded'] as const,
    };
    const rows = await sweep(options(join(folder, 'flops'), { ...own, budgetIn: 'flops' }));
    const [seed, ...others] = rows;
    expect(others.map(({ method }) => method)).toEqual(['width-multiplier', 'flops', 'model-size']);
    for (const { flops } of others) {
      expect(flops).toBeLessThanOrEqual(0.8 * (seed?.flops as number));
      expect(flops).toBeGreaterThan(0.7 * (seed?.flops as number));
    }
  });

  test('goes on to more seeds', async () => {
    const out = join(folder, 'more');
    const few = { methods: ['width-multiplier'] as const };
    await sweep(options(out, few));
    const rows = await sweep(options(out, { ...few, seeds: [1, 2] }));
    expect(rows.map(({ seed, method }) => `${seed} ${method}`)).toEqual([
      '1 seed',
      '1 width-multiplier',
      '2 seed',
      '2 width-multiplier',
    ]);
    expect(existsSync(join(out, 'seed-2', 'seed', 'metrics.csv'))).toBe(true);
  });
});

test('levels of a path fall by a twentieth of the seed network to what the smallest budget shrinks to', () => {
  expect(pathLevels(100, 82)).toEqual([95, expect.closeTo(90, 9), expect.closeTo(85, 9), 82]);
});
