import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeCheckpoint } from '../../experiments/train/checkpoint.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { widthsByLayer } from '../../network/widths.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { CsvFile } from '../../records/csv-file.ts';
import { openRun, writeJson } from '../../records/run-file.ts';
import { sweepRecord } from '../../records/sweep.ts';
import { main as packScript, packSweep } from '../../scripts/pack-sweep.ts';
import {
  committedSweeps,
  readSweep,
  resultsPageOf,
  main as resultsPageScript,
} from '../../scripts/results-page.ts';
import { sweepRow } from '../experiments/sweep/sweep-row.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test('docs/results.md is what the committed sweeps give, every figure of it', async () => {
  const committed = committedSweeps(ROOT);
  const path = join(ROOT, 'docs', 'results.md');
  // Without sweeps there is nothing that a page could be about.
  expect(existsSync(path)).toBe(committed.length > 0);
  const [page, ...charts] = committed.length > 0 ? await resultsPageOf(committed) : [];
  expect(page?.text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  for (const chart of charts) expect(existsSync(join(ROOT, 'docs', chart.path))).toBe(true);
});

/** A sweep of two seeds in which calibrated latency is two points ahead and slimming level, with half of its widths. */
function plantSweep(folder: string): void {
  openRun(folder, {
    command: 'sweep',
    settings: {
      methods: ['width-multiplier', 'flops', 'latency'],
      forms: ['shrunk', 'expanded'],
      budgets: [0.5],
      budgetIn: 'latency',
      epochs: 8,
      shrinkEpochs: 6,
      batch: 64,
      engine: 'wasm',
      network: 'inception-32',
      data: 'planted',
      trainImages: 4000,
      testImages: 1000,
      device: 'a device',
    },
    context: {},
  });
  const rows = new CsvFile(join(folder, 'sweep.csv'), sweepRecord);
  const plan = planChannels(zooNetwork('inception-32'));
  for (const seed of [1, 2]) {
    const base = 0.6 + 0.01 * seed;
    const seedRow = { method: 'seed', form: 'seed', budget: 1, measured_speedup: 1, predicted_speedup: 1 };
    rows.append([
      sweepRow({ seed, ...seedRow, accuracy: base + 0.1 }),
      sweepRow({ seed, method: 'width-multiplier', accuracy: base }),
      sweepRow({ seed, method: 'flops', accuracy: base + 0.01 * (seed - 1) }),
      sweepRow({ seed, method: 'latency', accuracy: base - 0.01 }),
      sweepRow({ seed, method: 'flops', form: 'expanded', accuracy: base + 0.005 }),
      sweepRow({ seed, method: 'latency', form: 'expanded', accuracy: base + 0.02, predicted_speedup: 2.1 }),
    ]);
    const half = widthsByLayer(plan, multiplyWidths(plan, 0.5));
    for (const method of ['flops', 'latency'])
      writeJson(join(folder, 'structures', `seed-${seed}-${method}-shrunk-0.5.json`), half);
    const path = join(folder, `seed-${seed}`, 'path-latency');
    mkdirSync(path, { recursive: true });
    writeCheckpoint(join(path, 'level-50.000.snapshot'), {
      state: { cost: 50, alive: [1, 0], importance: [0.9, 0] },
      tensors: new Map(),
    });
  }
}

describe('a sweep', () => {
  const root = temporaryFolder();
  const run = temporaryFolder();
  plantSweep(run);

  test('is packed without its weights', () => {
    const out = packSweep(root, run, 'planted');
    expect(readdirSync(out).sort()).toEqual(['gammas.csv', 'run.json', 'structures.json', 'sweep.csv']);
    const { rows, structures, gammas } = readSweep(out);
    expect(rows).toHaveLength(12);
    expect(Object.keys(structures)).toHaveLength(4);
    expect(gammas).toHaveLength(4);
  });

  test('has a page that says what its rows say, with a picture for every link', async () => {
    expect(await resultsPageScript(root, [])).toBe(0);
    const page = readFileSync(join(root, 'docs', 'results.md'), 'utf8');
    expect(page).toContain('12 networks of 2 seeds, trained on 4,000 images of planted for 8 epochs');
    // All pairs differ by exactly two points: an interval of no width.
    expect(page).toContain(
      "At 50 % of the seed network's measured latency **MorphNet latency, expanded** is ahead of width multiplier (+2.00 ± 0.00)",
    );
    expect(page).toContain(
      '| MorphNet latency, expanded | 63.50 % | ± 6.35 | 63.50 % | – | 50.0 % | 20.0 | 2 |',
    );
    expect(page).toContain(
      '| MorphNet FLOPs, expanded | width multiplier | +0.50 | ± 0.00 | 2 of 2 | +0.50 | ± 0.00 |',
    );
    expect(page).toContain('morphline sweep --network inception-32 --data DIR --images 4000');
    // Differences of 1 and 2 points.
    expect(page).toMatch(/\*\*MorphNet latency, shrunk\*\* is not told apart by these seeds from/);
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
    const links = [...page.matchAll(/\]\((results\/[^)]+\.svg)\)/g)].map(([, link]) => link as string);
    expect(links).toHaveLength(3);
    for (const link of links) {
      const svg = readFileSync(join(root, 'docs', link), 'utf8');
      expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(svg).not.toMatch(/NaN|undefined|var\(/);
    }
  });

  test('without rows is not packed, and without sweeps there is no page but a line that says why', async () => {
    expect(() => packScript(root, [run])).toThrow(/got no name; expected the folder of a sweep and a name/);
    await expect(resultsPageScript(temporaryFolder(), [])).rejects.toThrow(/got no results\/sweep-\* folder/);
  });
});
