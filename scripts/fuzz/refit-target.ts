// Fuzzed: the folder of a calibration, as `calibrate --refit` reads and fits it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseDeviceProfile } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { fitRun } from '../../experiments/calibrate/fit-run.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { type AnyTarget, requireNumbers, requireTime, target } from './target.ts';

const MEASURED = 'amd-epyc-onnxruntime-1-thread-inception-32-batch-32';
const TABLES = ['networks.csv', 'kernels.csv', 'rounds.csv', 'kernel-loads.csv'];
/** The fewest networks that a fit takes, and some probes: a small folder is fitted quickly, and its rows matter more. */
const FEW: Readonly<Record<string, number>> = { fit: 4, choose: 2, report: 2, probe: 2 };

/** Network and sample of a row, by which all tables begin. */
const idOf = (row: string) => row.split(',', 2).join();

/** Committed measurements, by file, of a few networks alone. */
function fewNetworks(measured: string): Map<string, string> {
  const linesOf = (name: string) =>
    gunzipSync(readFileSync(join(measured, `${name}.gz`)))
      .toString()
      .trimEnd()
      .split('\n');
  const taken = new Map<string, number>();
  const kept = new Set(
    linesOf('networks.csv')
      .slice(1)
      .filter((row) => {
        const role = row.split(',', 3)[2] ?? '';
        const count = (taken.get(role) ?? 0) + 1;
        taken.set(role, count);
        return count <= (FEW[role] ?? 0);
      })
      .map(idOf),
  );
  const files = new Map<string, string>();
  for (const name of TABLES) {
    const [header = '', ...rows] = linesOf(name);
    files.set(name, `${[header, ...rows.filter((row) => kept.has(idOf(row)))].join('\n')}\n`);
  }
  return files.set('run.json', readFileSync(join(measured, 'run.json'), 'utf8'));
}

/** A file of the folder, with what is in it instead. */
interface ChangedFile {
  readonly name: string;
  readonly text: string;
}

export function calibrationFolders(root: string, folder: string): AnyTarget {
  mkdirSync(folder, { recursive: true });
  const whole = fewNetworks(join(root, 'profiles', 'measurements', MEASURED));
  for (const [name, text] of whole) writeFileSync(join(folder, name), text);
  const network = zooNetwork('inception-32');
  const plan = planChannels(network);
  fitRun(folder, [network], { anew: true });
  const run: unknown = JSON.parse(whole.get('run.json') as string);
  const inputs: fc.Arbitrary<ChangedFile> = fc.oneof(
    ...TABLES.map((name) =>
      mutatedText([whole.get(name) as string]).map((text): ChangedFile => ({ name, text })),
    ),
    mutatedJson([run]).map((text): ChangedFile => ({ name: 'run.json', text })),
  );
  return target({
    name: 'refit-folder',
    inputs,
    read({ name, text }) {
      writeFileSync(join(folder, name), text);
      try {
        requireNumbers(fitRun(folder, [network], { anew: true }), 'the profile');
        // What was written is what is predicted with.
        const path = join(folder, 'device.json');
        const profile = parseDeviceProfile(readFileSync(path, 'utf8'), path);
        const device = { kind: 'measured', name: profile.name, profile } as const;
        const { batch } = profile.settings;
        requireTime(latencyPredictor(plan, device, { batch }).latencyUs(plan.fullWidths), 'a latency');
      } finally {
        writeFileSync(join(folder, name), whole.get(name) as string);
      }
    },
  });
}
