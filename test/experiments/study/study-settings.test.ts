import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawStudy } from '../../../experiments/study/drawn-study.ts';
import { measuringSeconds } from '../../../experiments/study/dry-run.ts';
import { loadsOf } from '../../../experiments/study/measure-study.ts';
import { type CompleteStudyOptions, settingsOf } from '../../../experiments/study/study-options.ts';
import { readStudyRun, resumedSettings } from '../../../experiments/study/study-run.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const options: CompleteStudyOptions = {
  network: zooNetwork('inception-32'),
  samples: 7,
  law: 'uniform',
  devices: [],
  batch: 2,
  seed: 3,
  out: 'nowhere',
};
const engine = scriptedEngine({ kernelUs: () => 1 });
/** As run.json has them. */
const written = (settings: unknown) => JSON.parse(JSON.stringify(settings)) as unknown;

describe('settings of a study in run.json', () => {
  test('are what its rows depend on, without a word on what it does not have', () => {
    expect(written(settingsOf(options))).toEqual({
      network: 'inception-32',
      law: 'uniform',
      batch: 2,
      seed: 3,
    });
  });

  test('hold the engine, its threads and the rounds where it measures, and the shard', () => {
    const settings = settingsOf({
      ...options,
      measure: { count: 2, rounds: 4, engine },
      shard: { index: 1, of: 3 },
    });
    expect(written(settings)).toEqual({
      network: 'inception-32',
      law: 'uniform',
      shard: '1/3',
      engine: 'onnxruntime',
      threads: 1,
      rounds: 4,
      batch: 2,
      seed: 3,
    });
  });

  test('hold the spread of law around alone, and a hash of the files, whatever their names', () => {
    const files = (file: string) => [{ file, widths: { a: 1, b: 2 } }];
    const around = settingsOf({ ...options, law: 'around', files: files('one') });
    expect(around.spread).toBe(0.2);
    expect(around.widths_sha256).toMatch(/^[0-9a-f]{16}$/);
    const exactly = settingsOf({ ...options, law: 'file', files: files('other') });
    expect(exactly.spread).toBeUndefined();
    expect(exactly.widths_sha256).toBe(around.widths_sha256);
  });

  test('are read from every committed study as they are there', () => {
    const results = join(import.meta.dirname, '../../../results');
    const studies = readdirSync(results).filter((name) => name.startsWith('study-'));
    expect(studies.length).toBeGreaterThan(0);
    for (const name of studies) {
      const file = JSON.parse(readFileSync(join(results, name, 'run.json'), 'utf8')) as { settings: unknown };
      expect(written(readStudyRun(join(results, name)).settings)).toEqual(file.settings);
    }
  });
});

describe('a start that goes on', () => {
  const predicting = settingsOf(options);
  const measuring = settingsOf({ ...options, measure: { count: 1, rounds: 4, engine } });

  test('is held to an engine only where the study has measured', () => {
    expect(written(resumedSettings(predicting, measuring))).toEqual(written(predicting));
    const other = { ...measuring, rounds: 2 };
    expect(resumedSettings({ ...measuring }, other).rounds).toBe(2);
  });

  test('keeps what it finds where it only predicts', () => {
    expect(written(resumedSettings({ ...measuring }, predicting))).toEqual(written(measuring));
  });
});

describe('a study before it runs', () => {
  test('has the samples of its shard, of which the first are measured', () => {
    const drawn = drawStudy({
      ...options,
      measure: { count: 4, rounds: 2, engine },
      shard: { index: 1, of: 2 },
    });
    expect(drawn.samples).toEqual([1, 3, 5]);
    expect(drawn.toMeasure.map(({ proposed }) => proposed.sample)).toEqual([1, 3]);
    expect(drawn.toMeasure[1]?.widths).toEqual(drawn.widthsOf(3));
  });

  test('shares out its rounds among two loads where it has four or more', () => {
    expect([1, 2, 3, 4, 20].map(loadsOf)).toEqual([1, 1, 1, 2, 2]);
  });

  test('takes loads, rounds and sentinels by the time of a full inference', () => {
    // Networks of half the FLOPs: 10 ms a run, 3 hot runs a round; 2 loads of 1 s and two runs, 4 rounds.
    const left = { networks: 3, loads: 2, rounds: 4, roundsDone: 5, flopsShare: 0.5 };
    const perRound = (1 + 3 + 0.5) * 0.01;
    expect(measuringSeconds(left, { loadSeconds: 1, runSeconds: 0.02, profiledLoadSeconds: 1 })).toBeCloseTo(
      3 * 2 * (1 + 0.02) + (3 * 4 - 5) * perRound,
      12,
    );
    expect(
      measuringSeconds(
        { ...left, networks: 0, roundsDone: 0, flopsShare: 0 },
        { loadSeconds: 1, runSeconds: 0.02, profiledLoadSeconds: 1 },
      ),
    ).toBe(0);
  });
});
