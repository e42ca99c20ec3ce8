import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BUILT, ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const MAIN = fileURLToPath(`${BUILT}/cli/main.js`);
/** Takes a minute. */
const LONG = ['study', '--network', 'inception-v2', '--samples', '200000', '--quiet', '--out'];

interface Running {
  readonly child: ChildProcess;
  readonly stderr: () => string;
}

/** Starts a long study, and waits until it holds its folder. */
async function started(out: string): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, ...LONG, out], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  // Beyond the lock: the run file is written once it is held.
  while (!existsSync(join(out, 'run.json')) && child.exitCode === null) await setTimeout(20);
  return { child, stderr: () => text };
}

describe('a run that is ended from outside', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s says so in one line, how to go on, and lets its folder go', async (signal, code) => {
    const out = join(folder, signal);
    const { child, stderr } = await started(out);
    expect(readdirSync(out)).toContain('run.lock');
    const exit = once(child, 'exit');
    child.kill(signal);
    expect(await exit).toEqual([code, null]);
    expect(stderr()).toBe(
      `morphline: stopped by ${signal}: what was done is kept in ${out}, and the same command goes on with it\n`,
    );
    expect(readdirSync(out)).toEqual(['run.json']);
  });

  test('by SIGKILL leaves a lock that holds nothing', async () => {
    const out = join(folder, 'killed');
    const { child } = await started(out);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    expect(readdirSync(out)).toContain('run.lock');
    writeFileSync(join(out, `study.csv.${child.pid}.tmp`), 'half');
    const again = await morphline([
      'study',
      '--network',
      'inception-v2',
      '--samples',
      '20',
      '--quiet',
      '--out',
      out,
    ]);
    expect(again.stderr).toBe('');
    expect(again.status).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['run.json', 'study.csv', 'study.json']);
  });
});

test('a second process in the same folder is refused with the number of the first', async () => {
  const out = join(folder, 'shared');
  const { child } = await started(out);
  const { status, stderr } = await morphline([...LONG, out]);
  expect(stderr).toMatch(
    new RegExp(
      `^morphline: got ${out}, in which process ${child.pid} runs morphline study since [^;]*; expected a folder that no other process writes; [^\\n]*\\n$`,
    ),
  );
  expect(status).toBe(2);
  expect(child.exitCode).toBeNull();
});

describe('places that cannot be written', () => {
  test.skipIf(!existsSync('/dev/full')).each([
    ['report', () => ['report', join(ROOT, 'results/cifar10-inception-32'), '-o']],
    ['export', () => ['export', 'inception-32', '-o']],
    ['filter-cost', () => ['filter-cost', 'inception-32', '--device', 'p100', '--csv']],
  ] as const)('%s onto a full disk: one line, nothing left beside it', async (name, args) => {
    const path = join(folder, `${name}.onnx`);
    symlinkSync('/dev/full', path);
    const before = readdirSync(folder);
    const { status, stderr } = await morphline([...args(), path]);
    expect(stderr).toMatch(/^morphline: got ENOSPC[^\n]*\n$/);
    expect(status).toBe(2);
    expect(readdirSync(folder)).toEqual(before);
  });

  test.each([
    ['below a file', () => join(MAIN, 'below')],
    ['in a folder that the system keeps', () => '/proc/none/below'],
  ])('--out %s: one line', async (_, out) => {
    const { status, stderr } = await morphline(['study', '--samples', '5', '--quiet', '--out', out()]);
    expect(stderr).toMatch(/^morphline: got E[A-Z]+: [^\n]*\n$/);
    expect(status).toBe(2);
  });

  test.each([
    ['--out', ''],
    ['--seed', ''],
    ['--seed', '0x10'],
    ['--samples', '9007199254740991'],
    ['--batch', '4294967297'],
    ['--spread', '1e300'],
  ])('%s of %j: one line', async (flag, value) => {
    const { status, stderr } = await morphline(['study', '--quiet', flag, value]);
    expect(stderr).toMatch(new RegExp(`^morphline: got ${flag} ${value}; expected [^\\n]*\\n$`));
    expect(status).toBe(2);
  });
});
