// node scripts/pack-profile.mjs RUN NAME: a finished calibration into profiles/NAME.json and profiles/measurements/NAME.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const [run, name] = process.argv.slice(2);
if (run === undefined || name === undefined || !existsSync(join(run, 'device.json'))) {
  console.error(
    'got no finished calibration; expected: pack-profile.mjs RUN NAME; give the folder of a device.json',
  );
  process.exit(2);
}
const profiles = join(import.meta.dirname, '..', 'profiles');
const measurements = join(profiles, 'measurements', name);
rmSync(measurements, { recursive: true, force: true });
mkdirSync(measurements, { recursive: true });
copyFileSync(join(run, 'device.json'), join(profiles, `${name}.json`));
for (const file of ['run.json', 'plan.json', 'targeted.json'])
  if (existsSync(join(run, file))) copyFileSync(join(run, file), join(measurements, file));
for (const file of ['kernels.csv', 'kernel-loads.csv', 'networks.csv', 'rounds.csv', 'failures.csv']) {
  if (!existsSync(join(run, file))) continue;
  writeFileSync(join(measurements, `${file}.gz`), gzipSync(readFileSync(join(run, file)), { level: 9 }));
}
