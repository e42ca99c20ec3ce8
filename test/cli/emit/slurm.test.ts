// A study as a Slurm array, on a real Slurm of one node; one task is killed and queued again.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../support/built.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { morphline } from '../run-cli.ts';

const isHere = ['slurmctld', 'slurmd', 'munged', 'sbatch'].every(
  (name) => spawnSync('which', [name]).status === 0,
);
// Slurm wants a user of its own, or root.
const isRoot = process.getuid?.() === 0;
if (!(isHere && isRoot)) {
  if (process.env.CI) throw new Error('CI has no Slurm: apt-get install slurmctld slurmd slurm-client munge');
  console.warn('NO SLURM, OR NOT ROOT: arrays of shards are not run');
}

const folder = temporaryFolder();
const environment = { ...process.env, SLURM_CONF: join(folder, 'slurm', 'slurm.conf') };
const SAMPLES = 60;
const TASKS = 4;

const slurm = (command: string, ...args: string[]) =>
  execFileSync(command, args, { env: environment, cwd: folder, encoding: 'utf8' });

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** State of each task of the array, by its index. */
function states(job: string): Map<number, string> {
  const text = slurm('squeue', '--noheader', '--array', '--states=all', '--format=%K %T', `--jobs=${job}`);
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(' '))
      .map(([index = '', state = '']) => [Number(index), state]),
  );
}

async function until(what: string, isSo: () => boolean, seconds: number): Promise<void> {
  const end = performance.now() + 1e3 * seconds;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(300);
  }
}

const rowsOf = (directory: string) => readFileSync(join(directory, 'study.csv'), 'utf8').trim().split('\n');

describe.skipIf(!(isHere && isRoot))('a study as a Slurm array', () => {
  beforeAll(() => {
    execFileSync('bash', [join(ROOT, 'test', 'support', 'slurm-up.sh'), join(folder, 'slurm')]);
  });

  afterAll(() => {
    for (const daemon of ['slurmd', 'slurmctld']) {
      const file = join(folder, 'slurm', `${daemon}.pid`);
      if (existsSync(file)) spawnSync('kill', [readFileSync(file, 'utf8').trim()]);
    }
    const munge = join(folder, 'slurm', 'munge', 'munged.pid');
    if (existsSync(munge)) spawnSync('kill', [readFileSync(munge, 'utf8').trim()]);
  });

  test('gives what one process would have given, though a task was killed and queued again', async () => {
    const study = ['study', '--network', 'inception-32', '--samples', String(SAMPLES), '--device', 'p100'];
    const measured = [...study, '--measure', '12', '--rounds', '1', '--engine', 'wasm'];
    const emitted = await morphline([
      ...measured,
      '--out',
      join(folder, 'array'),
      '--emit',
      'slurm',
      '--tasks',
      String(TASKS),
    ]);
    const script = join(folder, 'job.sh');
    writeFileSync(script, emitted.stdout);
    const job = slurm('sbatch', '--parsable', script).trim();
    await until('a task runs', () => states(job).get(1) === 'RUNNING', 120);
    slurm('scontrol', 'requeue', `${job}_1`);
    await until(
      'all tasks are done',
      () => [...states(job).values()].every((state) => state === 'COMPLETED'),
      300,
    );

    const shards = readdirSync(join(folder, 'array')).filter((name) => name.startsWith('shard-'));
    expect(shards).toHaveLength(TASKS);
    const merged = join(folder, 'merged');
    const folders = shards.map((name) => join(folder, 'array', name));
    expect(await morphline(['study', '--merge', ...folders, '--out', merged])).toMatchObject({ status: 0 });
    const alone = join(folder, 'alone');
    expect(await morphline([...measured, '--out', alone])).toMatchObject({ status: 0 });
    const [head = '', ...rows] = rowsOf(merged);
    const [headAlone, ...rowsAlone] = rowsOf(alone);
    expect(head).toBe(headAlone);
    // What was timed differs from run to run; all else is the same to the last digit.
    const timed = head.split(',').flatMap((name, i) => (name.startsWith('measured_') ? [i] : []));
    const untimed = (row: string) => row.split(',').filter((_, i) => !timed.includes(i));
    expect(rows.map(untimed)).toEqual(rowsAlone.map(untimed));
    const isMeasured = (row: string) => row.split(',')[timed[0] ?? -1] !== '';
    expect(rows.map(isMeasured)).toEqual(rowsAlone.map(isMeasured));
    expect(rows.filter(isMeasured)).toHaveLength(12);
  }, 600_000);
});
