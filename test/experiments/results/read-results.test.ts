import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readResults } from '../../../experiments/results/read-results.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { plantStudy } from '../study-analysis/planted-study.ts';

const root = temporaryFolder();

function folder(name: string): string {
  const directory = join(root, name);
  mkdirSync(directory);
  return directory;
}

test('folders are read by what they hold, each kind in the order in which they were named', () => {
  const [one, other] = [folder('one'), folder('other')];
  plantStudy(one, 3, ({ flops }) => flops);
  plantStudy(other, 4, ({ flops }) => flops);
  const { calibrations, studies, trainings } = readResults([other, one]);
  expect(studies.map(({ directory, rows }) => [directory, rows.length])).toEqual([
    [other, 4],
    [one, 3],
  ]);
  expect([calibrations, trainings]).toEqual([[], []]);
});

test('a folder of no kind is told what there is', () => {
  const empty = folder('empty');
  expect(() => readResults([empty])).toThrow(
    `got folder ${empty}; expected one that holds device.json, study.json, result.json, sweep.csv, comparison.json, explanation.json, check.json; name the --out folders of finished calibrate, study, train, sweep, compare, explain or check runs`,
  );
});

test('a folder that lacks a file of its kind is told which', () => {
  const broken = folder('broken');
  writeFileSync(join(broken, 'result.json'), '{}');
  expect(() => readResults([broken])).toThrow(
    /result\.json with schema: .*; expected the file as this version/,
  );
});
