import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { accuracyOf, main, worsened } from '../../scripts/accuracy-baseline.ts';
import { temporaryFolder } from '../support/temporary.ts';

const fitted = (mape: number, within5: number) =>
  ({ validation: { mape, within5 } }) as Pick<DeviceProfile, 'validation'>;

test('figures are rounded as they are committed', () => {
  // 43 of 45 networks.
  expect(accuracyOf(fitted(0.0123456, 43 / 45))).toEqual({ mape: 0.01235, within5: 0.955 });
});

test('what became worse is told with the old and the new figure, and the command that accepts it', () => {
  const old = { mape: 0.01, within5: 1 };
  expect(worsened('p', old, { mape: 0.0102, within5: 1 })).toBeNull();
  expect(worsened('p', old, { mape: 0.005, within5: 1 })).toBeNull();
  expect(worsened('p', old, { mape: 0.0103, within5: 0.955 })).toBe(
    'p: mape 0.01 → 0.0103 (less than 0.01030 is accepted), within5 1 → 0.955; if the fit is meant to be so, npm run -s accuracy-baseline -- --update',
  );
});

describe('the command', () => {
  let root: string;
  let output: string;
  const fixture = () => join(root, 'test', 'fixtures', 'accuracy-baseline.json');
  const run = (flags: string[], mape: number) =>
    main(root, flags, (_, name) => fitted(name === 'steady' ? 0.02 : mape, 1));

  beforeEach(() => {
    root = temporaryFolder();
    for (const name of ['steady', 'changed'])
      mkdirSync(join(root, 'profiles', 'measurements', name), { recursive: true });
    mkdirSync(join(root, 'test', 'fixtures'), { recursive: true });
    const figures = { mape: 0.02, within5: 1 };
    writeFileSync(fixture(), JSON.stringify({ steady: figures, changed: figures }));
    output = '';
    const write = (text: unknown) => {
      output += text;
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(write);
    vi.spyOn(process.stderr, 'write').mockImplementation(write);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('fails where a fit is worse, and leaves the figures as they are', () => {
    const before = readFileSync(fixture(), 'utf8');
    expect(run([], 0.03)).toBe(1);
    expect(output).toBe(
      [
        'WORSE changed: mape 0.02 → 0.03 (less than 0.02060 is accepted); if the fit is meant to be so, npm run -s accuracy-baseline -- --update',
        'ok    steady: mape 0.02 → 0.02, within5 1 → 1',
        '',
      ].join('\n'),
    );
    expect(readFileSync(fixture(), 'utf8')).toBe(before);
  });

  test('passes where none is', () => {
    expect(run([], 0.01)).toBe(0);
  });

  test('writes the new figures when it is told to, and those of new measurements', () => {
    mkdirSync(join(root, 'profiles', 'measurements', 'another'));
    expect(run(['--update'], 0.03)).toBe(0);
    expect(JSON.parse(readFileSync(fixture(), 'utf8'))).toEqual({
      another: { mape: 0.03, within5: 1 },
      changed: { mape: 0.03, within5: 1 },
      steady: { mape: 0.02, within5: 1 },
    });
    expect(run([], 0.03)).toBe(0);
  });

  test('fails for measurements without figures', () => {
    mkdirSync(join(root, 'profiles', 'measurements', 'another'));
    expect(run([], 0.02)).toBe(1);
    expect(output).toContain('NEW   another: mape 0.02, within5 1; npm run -s accuracy-baseline -- --update');
  });

  test('refuses what it does not know', () => {
    expect(() => run(['--force'], 0.02)).toThrow(
      'got --force; expected nothing, or --update; npm run -s accuracy-baseline -- --update',
    );
  });
});
