import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/command-list.ts';
import { bashCompletion } from '../../cli/completion/bash.ts';
import { type CompletedCommand, completedCommands } from '../../cli/completion/completed-command.ts';
import { fishCompletion } from '../../cli/completion/fish.ts';
import { zshCompletion } from '../../cli/completion/zsh.ts';
import { ZOO } from '../../network/zoo/index.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const scripts = temporaryFolder();
let commands: CompletedCommand[];
const script = join(scripts, 'morphline.bash');

beforeAll(async () => {
  commands = await completedCommands(COMMANDS);
  const { status, stdout } = await morphline(['completion', 'bash']);
  expect(status).toBe(0);
  writeFileSync(script, stdout);
  writeFileSync(join(folder, 'mine.onnx'), '');
  mkdirSync(join(folder, 'runs of mine'));
});

/** What bash would offer for a line, its cursor at the end. */
async function offered(line: string): Promise<string[]> {
  const program = `source "$1"
    COMP_LINE=$2 COMP_POINT=\${#2} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
    _morphline
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', program, 'bash', script, line];
  const { stdout } = await promisify(execFile)('bash', args, { cwd: folder });
  return stdout.split('\n').filter((text) => text !== '');
}

describe('bash', () => {
  test('offers every command, and those that begin as what is typed', async () => {
    const all = await offered('morphline ');
    expect(all).toEqual([...COMMANDS.map(({ name }) => name), '--help', '--version']);
    expect(await offered('morphline com')).toEqual(['compare', 'completion']);
  });

  test.each<[string, readonly string[]]>([
    ['morphline calibrate --eng', ['--engine']],
    ['morphline calibrate --engine w', ['webgpu', 'wasm']],
    ['morphline calibrate --engine onnxruntime:c', ['cuda']],
    ['morphline predict inception-v2 --view ', ['morph-net', 'deployed']],
    ['morphline predict inception-v2 --device v', ['v100']],
    ['morphline predict min', ['mine.onnx']],
    ['morphline export inception-v2 -o m', ['mine.onnx']],
    // Several behind one flag.
    ['morphline calibrate --network inception-v2 resnet-10', ['resnet-101']],
    // A folder, its spaces and all; no file.
    ['morphline calibrate --refit ', ['runs of mine']],
    ['morphline report m', []],
    ['morphline completion z', ['zsh']],
    // A number, a time: nothing to offer.
    ['morphline calibrate --budget ', []],
    ['morphline calibrate --budget 3m --eng', ['--engine']],
    ['morphline nothing ', []],
  ])('%s', async (line, expected) => {
    expect(await offered(line)).toEqual(expected);
  });

  test('offers the zoo where a model belongs, and files beside it', async () => {
    const all = await offered('morphline profile ');
    expect(all.slice(0, -2)).toEqual(Object.keys(ZOO));
    expect(all.slice(-2).sort()).toEqual(['mine.onnx', 'runs of mine']);
  });
});

test('each flag of each command is in every script', () => {
  expect(commands.map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
  const written = {
    bash: bashCompletion(commands),
    zsh: zshCompletion(commands),
    fish: fishCompletion(commands),
  };
  for (const { name, flags } of commands) {
    for (const { names } of flags) {
      expect(written.bash, `${name} ${names}`).toContain(names.join(' '));
      for (const flag of names) expect(written.zsh, `${name} ${names}`).toContain(flag);
      expect(written.fish).toMatch(new RegExp(`from ${name}' .*-l ${names.at(-1)?.slice(2)} `));
    }
  }
});

test('quotes of descriptions end no string', () => {
  const apostrophe: CompletedCommand = {
    name: 'a',
    description: "a device's [own] peaks",
    flags: [{ names: ['--b'], description: "it's [x]", values: null, isVariadic: false }],
    arguments: null,
  };
  expect(zshCompletion([apostrophe])).toContain(`'a:a device'\\''s [own] peaks'`);
  expect(zshCompletion([apostrophe])).toContain(`'--b[it'\\''s \\[x\\]]'`);
  expect(fishCompletion([apostrophe])).toContain(`-d 'it\\'s [x]'`);
});

test('a shell that there is no script for is refused in one line', async () => {
  const { status, stderr } = await morphline(['completion', 'tcsh']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^morphline: .*tcsh.*bash, zsh, fish.*\n$/);
});
