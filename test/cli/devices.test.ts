import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { knownProfiles } from '../../calibration/known-profiles.ts';
import { ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const shipped = join(ROOT, 'profiles', 'amd-epyc-onnxruntime-1-thread-inception-32.json');

describe('devices', () => {
  test('finds profiles below a folder, and passes over what is none', () => {
    const deep = join(folder, 'found', 'a', 'b');
    mkdirSync(deep, { recursive: true });
    copyFileSync(shipped, join(deep, 'device.json'));
    copyFileSync(shipped, join(deep, 'prior-1.json'));
    writeFileSync(join(deep, 'broken.json'), '{"schema": "morphline/device@1"');
    writeFileSync(join(deep, 'other.json'), '{"schema": "morphline/device@9"}');
    writeFileSync(join(deep, 'half.json'), '{"schema": "morphline/device@1", "name": "half"}');
    const found = knownProfiles([join(folder, 'found')]);
    expect(found.map(({ path }) => path)).toEqual([join(deep, 'device.json')]);
    expect(found[0]?.facts.settings.networks).toEqual(['inception-32']);
    expect(() => knownProfiles([join(folder, 'gone')])).toThrow(/^got folder .*gone, which is not there; /);
  });

  test('lists the shipped ones and the datasheets', async () => {
    const { stdout, status } = await morphline(['devices', join(ROOT, 'profiles'), '--json']);
    expect(status).toBe(0);
    const { profiles, datasheets } = JSON.parse(stdout) as {
      profiles: { path: string; name: string; validation: { mape: number } }[];
      datasheets: { name: string }[];
    };
    expect(profiles.map(({ path }) => path)).toContain(shipped);
    for (const { validation } of profiles) expect(validation.mape).toBeLessThan(0.05);
    expect(datasheets.map(({ name }) => name)).toContain('p100');
  });

  test('is a table for a reader, and a line where there is nothing', async () => {
    const { stdout } = await morphline(['devices', join(ROOT, 'profiles')]);
    expect(stdout).toMatch(/inception-v2 +1 +20\d\d-\d\d-\d\d +0\.8 % +yes/);
    expect(stdout).toContain('p100 NVIDIA Tesla P100 PCIe');
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect((await morphline(['devices', empty])).stdout).toContain('no device profiles');
    expect(await morphline(['devices', join(folder, 'gone')])).toMatchObject({ status: 2 });
  });
});
