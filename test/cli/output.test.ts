import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { BUILT, ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const MAIN = fileURLToPath(`${BUILT}/cli/main.js`);

/** Runs a line of bash in which $MORPHLINE is the command. */
function shell(line: string, env: Record<string, string> = {}): Promise<{ status: number; stderr: string }> {
  return new Promise((resolve) => {
    const MORPHLINE = `${process.execPath} ${MAIN}`;
    execFile(
      'bash',
      ['-c', line],
      { cwd: ROOT, env: { ...process.env, NO_COLOR: '1', MORPHLINE, ...env } },
      (error, _, stderr) => resolve({ status: error === null ? 0 : Number(error.code), stderr }),
    );
  });
}

const ONE_LINE = (text: RegExp) => new RegExp(`^morphline: got ${text.source}[^\\n]*\\n$`);

describe.skipIf(!existsSync('/dev/full'))('output that is not taken', () => {
  test.each([
    ['JSON', 'predict inception-v2 --device p100 --json'],
    ['a table', 'predict inception-v2 --device p100'],
    ['help', '--help'],
  ])('by a full disk is an error in one line: %s', async (_, args) => {
    const { status, stderr } = await shell(`$MORPHLINE ${args} > /dev/full`);
    expect(stderr).toMatch(ONE_LINE(/a standard output that takes 0 of \d+ bytes \(ENOSPC/));
    expect(status).toBe(2);
  });

  test('by a reader that is gone is one too', async () => {
    const { status, stderr } = await shell(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own.
      '$MORPHLINE predict inception-v2 --device p100 --json | true; exit ${PIPESTATUS[0]}',
    );
    expect(stderr).toMatch(ONE_LINE(/a standard output that takes 0 of \d+ bytes \(EPIPE/));
    expect(status).toBe(2);
  });
});

test('a slow reader gets all of it', async () => {
  const line =
    '$MORPHLINE predict resnet-152 --device p100 --json | (sleep 1; cat) | wc -c | grep -qx "$SIZE"';
  const whole = await morphline(['predict', 'resnet-152', '--device', 'p100', '--json']);
  // More than a pipe holds.
  expect(whole.stdout.length).toBeGreaterThan(100_000);
  expect((await shell(line, { SIZE: String(Buffer.byteLength(whole.stdout)) })).status).toBe(0);
});

test('a temporary folder that is not there is told in one line', async () => {
  const { status, stderr } = await shell('$MORPHLINE profile inception-32 --budget 1s', {
    TMPDIR: join(folder, 'none'),
  });
  expect(stderr).toMatch(ONE_LINE(/a folder for temporary files that cannot be written \(ENOENT/));
  expect(status).toBe(2);
});

test.each([
  ['study', 'study --network inception-32 --samples 3 --device p100 --out'],
  ['calibrate', 'calibrate --network inception-32 --engine onnxruntime --budget 5s --out'],
  ['export', 'export inception-32 -o'],
])('a folder that cannot be written is told in one line: %s', async (_, args) => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const { status, stderr } = await shell(`$MORPHLINE ${args} ${file}/within.onnx`);
  expect(stderr).toMatch(
    ONE_LINE(/(ENOTDIR|EEXIST): .*; expected files and folders that can be read and written/),
  );
  expect(status).toBe(2);
});
