import { expect, test } from 'vitest';
import { distinctNames } from '../../reports/distinct-names.ts';
import { calibrationData } from './report-fixture.ts';

function named(name: string, settings: object, directory = 'runs/calibration') {
  const data = calibrationData();
  const own = { ...data.profile.settings, ...settings };
  return { ...data, directory, profile: { ...data.profile, name, settings: own } };
}

const names = (...list: ReturnType<typeof named>[]) => distinctNames(list).map(({ profile }) => profile.name);

test('names that are used once stay', () => {
  expect(names(named('A', {}), named('B', {}))).toEqual(['A', 'B']);
});

test('the first facts that differ stand behind a name that repeats, and no more', () => {
  const a = named('A', { networks: ['tiny'] });
  const b = named('A', { networks: ['other'], batch: 32 });
  expect(names(a, b, named('B', {}))).toEqual(['A (tiny)', 'A (other)', 'B']);
  const c = named('A', { networks: ['other'] });
  expect(names(a, b, c)).toEqual(['A (tiny, batch 1)', 'A (other, batch 32)', 'A (other, batch 1)']);
});

test('two runs of the same settings are told apart by their folders', () => {
  expect(names(named('A', {}, 'one'), named('A', {}, 'two'))).toEqual(['A (one)', 'A (two)']);
});
