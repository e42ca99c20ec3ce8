// Fuzzed: command lines, as far as their flags are read.
import { Command } from 'commander';
import fc from 'fast-check';
import { COMMANDS } from '../../cli/command-list.ts';
import { sizesFrom } from '../../cli/open-sizes.ts';
import { programFor } from '../../cli/program.ts';
import { addSettingsOptions } from '../../cli/settings-options.ts';
import { calibrateSettings } from '../../experiments/calibrate/calibrate-settings.ts';
import { ceilingsSettings } from '../../experiments/ceilings/ceilings-settings.ts';
import { quickstartSettings } from '../../experiments/quickstart/quickstart-settings.ts';
import { parseShard } from '../../experiments/study/shard.ts';
import { studySettings } from '../../experiments/study/study-settings.ts';
import { sweepSettings } from '../../experiments/sweep/sweep-settings.ts';
import { trainSettings } from '../../experiments/train/train-settings.ts';
import type { RunSettings, SettingFields } from '../../records/run-settings.ts';
import { argumentsOf } from './mutations.ts';
import { type AnyTarget, requireNumbers, target } from './target.ts';

const VALUES = [
  '1',
  '0',
  '-1',
  '0.5',
  '3m',
  '1e300',
  '1e9',
  'inception-v2',
  'p100',
  '0.5x',
  '180us',
  '0/4',
  '224x224',
  'seq=128',
  'latency',
  'uniform',
  'a.json',
];

interface Line {
  readonly command: string;
  readonly args: readonly string[];
}

const optionsOf = (command: Command) =>
  command.options.flatMap(({ long, short }) => [long, short].filter((name) => typeof name === 'string'));

function quiet(command: Command): Command {
  return command.exitOverride().configureOutput({ outputError: () => undefined, writeOut: () => undefined });
}

/** The command with its flags, which says what it read instead of doing it. */
async function commandOf(name: string): Promise<{ program: Command; command: Command }> {
  const program = await programFor([name]);
  const [command] = program.commands;
  if (command === undefined) throw new Error(`no command ${name}`);
  return { program, command };
}

/** What the flags of a command of settings come to. */
function reader<F extends SettingFields>(settings: Pick<RunSettings<F, never>, 'fields' | 'flags'>) {
  return (args: readonly string[]): unknown => {
    const command = quiet(new Command());
    const flagsOf = addSettingsOptions(command, settings);
    command.parse([...args], { from: 'user' });
    const flags: unknown = flagsOf(command.opts());
    // What actions make of texts before anything else.
    const { shard, image, dim } = flags as {
      shard?: string | null;
      image?: string | null;
      dim?: string[] | null;
    };
    if (typeof shard === 'string') parseShard(shard, {});
    sizesFrom({ image: image ?? null, dim: dim ?? null });
    return flags;
  };
}

/** By command; the others declare their flags themselves. */
const READERS: Readonly<Record<string, (args: readonly string[]) => unknown>> = {
  calibrate: reader(calibrateSettings),
  ceilings: reader(ceilingsSettings),
  quickstart: reader(quickstartSettings),
  study: reader(studySettings),
  sweep: reader(sweepSettings),
  train: reader(trainSettings),
};

/** Values beyond which no setting of ours goes, but for seeds. */
const LARGEST = 1e9;

function requirePossible(flags: unknown): void {
  requireNumbers(flags, 'flags');
  for (const [key, value] of Object.entries(flags as Record<string, unknown>)) {
    if (typeof value === 'string' && (value === '' || value.includes('\0')))
      throw new Error(`${key} is accepted as ${JSON.stringify(value)}`);
    if (typeof value === 'number' && key !== 'seed' && (value < 0 || value > LARGEST))
      throw new Error(`${key} is accepted as ${value}`);
  }
}

export async function commandLines(): Promise<AnyTarget> {
  const names = COMMANDS.map(({ name }) => name);
  const commands = new Map(
    await Promise.all(names.map(async (name) => [name, await commandOf(name)] as const)),
  );
  const inputs: fc.Arbitrary<Line> = fc.constantFrom(...names).chain((command) => {
    const flags = optionsOf(commands.get(command)?.command as Command);
    return argumentsOf([...flags, '--help', '--none', '--'], VALUES).map((args) => ({ command, args }));
  });
  return target({
    name: 'arguments',
    inputs,
    async read({ command: name, args }) {
      const read = READERS[name];
      if (read !== undefined) {
        requirePossible(read(args));
        return;
      }
      const { program, command } = await commandOf(name);
      for (const each of [program, command]) quiet(each);
      let options: Record<string, unknown> = {};
      command.action(() => {
        options = command.opts();
      });
      await program.parseAsync([name, ...args], { from: 'user' });
      requireNumbers(options, 'options');
    },
  });
}
