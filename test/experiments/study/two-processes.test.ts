import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { study } from '../../../experiments/study/study.ts';
import type { CompleteStudyOptions } from '../../../experiments/study/study-options.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { CsvFile } from '../../../records/csv-file.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { studyRecord } from '../../../records/study.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const out = join(temporaryFolder(), 'study');
const options = (): CompleteStudyOptions => ({
  network: zooNetwork('inception-32'),
  samples: 12,
  law: 'uniform',
  devices: [openDevice('p100')],
  batch: 1,
  seed: 5,
  measure: { count: 6, rounds: 2, engine: scriptedEngine({ kernelUs: ({ flops }) => 1000 + flops / 1e4 }) },
  out,
});

test('two studies at once in one folder: one is refused, the other has each row once', async () => {
  const ends = await Promise.allSettled([study(options()), study(options())]);
  const refused = ends.filter((end) => end.status === 'rejected');
  expect(refused.map(({ reason }) => String(reason))).toEqual([
    expect.stringContaining(`got ${out}, in which process ${process.pid} runs morphline study since`),
  ]);
  const rows = new CsvFile(join(out, 'study.csv'), studyRecord).read();
  expect(rows.map(({ sample }) => sample)).toEqual(Array.from({ length: 12 }, (_, sample) => sample));
  const rounds = measurementFiles(out).rounds.read();
  expect(new Set(rounds.map(({ sample, round }) => `${sample} ${round}`)).size).toBe(rounds.length);
  expect(existsSync(join(out, 'run.lock'))).toBe(false);
  const before = readFileSync(join(out, 'networks.csv'), 'utf8');
  await study(options());
  expect(readFileSync(join(out, 'networks.csv'), 'utf8')).toBe(before);
});
