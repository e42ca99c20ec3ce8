import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../cli/command-list.ts';
import { programFor } from '../../cli/program.ts';
import { BUILT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();

/** Writes each module that is loaded to stderr. */
const LOGGER = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  const hook = 'export async function load(url, context, next) { process._rawDebug(url); return next(url, context); }';
  register('data:text/javascript,' + encodeURIComponent(hook));`)}`;

/** Packages that the built command line loads for these arguments. */
async function packagesLoaded(args: readonly string[]): Promise<string[]> {
  const main = fileURLToPath(`${BUILT}/cli/main.js`);
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', LOGGER, main, ...args]);
  expect(stderr).toContain('cli/main.js');
  const packages = stderr.matchAll(/\/node_modules\/((?:@[^/]+\/)?[^/\n]+)/g);
  return [...new Set([...packages].map(([, name]) => name ?? ''))].sort();
}

test.each(COMMANDS)('help lists $name as its own module declares it', async (entry) => {
  const program = new Command();
  (await entry.load())(program);
  const [command, ...others] = program.commands;
  expect(others).toEqual([]);
  expect(command?.name()).toBe(entry.name);
  expect(command?.description()).toBe(entry.description);
  const shown = [entry.name, '[options]', ...(entry.arguments === undefined ? [] : [entry.arguments])].join(
    ' ',
  );
  expect(`${command?.name()} ${command?.usage()}`).toBe(shown);
  const [line] = (await programFor([])).helpInformation().match(new RegExp(`^ +${entry.name} .*`, 'm')) ?? [];
  expect(line).toContain(`  ${shown}  `);
});

test.each([
  ['the command that arguments name', ['predict', 'inception-v2'], ['predict']],
  ['it behind help', ['help', 'predict'], ['predict']],
  ['it behind flags of its own', ['--json', 'predict'], ['predict']],
  [
    'all commands where help is asked of the program',
    ['--help', 'predict'],
    COMMANDS.map(({ name }) => name),
  ],
  ['all commands where there is none of that name', ['predic'], COMMANDS.map(({ name }) => name)],
  ['all commands where none is named', [], COMMANDS.map(({ name }) => name)],
])('the program has %s', async (_, args, names) => {
  expect((await programFor(args)).commands.map((command) => command.name())).toEqual(names);
});

/** What only work on networks, devices or results needs. */
const HEAVY = /^(@tensorflow\/.*|onnxruntime-node|webgpu|protobufjs|vega.*|sharp|systeminformation|csv-.*)$/;

test.each([['--help'], ['--version'], ['--version --json']])(
  '%s loads no package but commander',
  async (flags) => {
    expect(await packagesLoaded(flags.split(' '))).toEqual(['commander']);
  },
);

test.each(COMMANDS)(
  '$name --help loads what its flags need: commander, zod where they are settings',
  async (command) => {
    const loaded = await packagesLoaded([command.name, '--help']);
    expect(loaded).toContain('commander');
    expect(loaded.filter((name) => HEAVY.test(name))).toEqual([]);
  },
);

test('predict on a datasheet device loads no engine, no charts and no readers of foreign formats', async () => {
  const loaded = await packagesLoaded(['predict', 'inception-v2', '--device', 'p100']);
  expect(loaded).toContain('commander');
  expect(loaded.filter((name) => HEAVY.test(name))).toEqual([]);
});

test('check of predicted limits loads as little', async () => {
  const path = join(folder, 'budget.json');
  const entry = { model: 'inception-v2', device: 'p100' };
  const limits = { predicted_latency_us: 1e9, flops: 1e12, parameters: 1e9, memory_bytes: 1e12 };
  writeFileSync(path, JSON.stringify({ schema: 'morphline/budget@1', budgets: [{ ...entry, limits }] }));
  const loaded = await packagesLoaded(['check', '--budget-file', path]);
  expect(loaded).toContain('zod');
  expect(loaded.filter((name) => HEAVY.test(name))).toEqual([]);
});
