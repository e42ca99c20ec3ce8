import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDeviceProfile } from '../../calibration/device-profile.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { runExample } from './run-example.ts';

const folder = temporaryFolder();

test('it calibrates, says how far off it is, and predicts wider layers to take longer', async () => {
  const { status, stdout, stderr } = await runExample(
    'calibrate-from-code/calibrate.mjs',
    ['device', '2'],
    folder,
  );
  expect(status, stderr).toBe(0);
  const path = join(folder, 'device', 'device.json');
  const { name, engine } = parseDeviceProfile(readFileSync(path, 'utf8'), path);
  expect(engine.engine).toBe('wasm');
  expect(stdout).toContain(name);
  expect(stdout).toMatch(/^off by \d+\.\d % on networks it had not seen/m);
  const mflops = [...stdout.matchAll(/^conv2 (\d+) wide: \d+ µs, ([\d.]+) MFLOPs$/gm)];
  expect(mflops.map(([, width]) => width)).toEqual(['16', '32', '48', '64']);
  const values = mflops.map(([, , value]) => Number(value));
  expect(values).toEqual(values.toSorted((a, b) => a - b));
}, 300_000);
