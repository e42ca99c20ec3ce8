// What may be written behind `morphline`, as its commands declare it: their flags, and the values that those take.
import { Command, type Option } from 'commander';
import { DATASHEET_DEVICES } from '../../calibration/datasheet-devices.ts';
import { KNOWN_SETS } from '../../experiments/data/known-sets.ts';
import { ZOO } from '../../network/zoo/index.ts';
import { engineChoices } from '../../profiler/engines/registry.ts';
import type { CommandEntry } from '../command-entry.ts';

/** Values that a flag or an argument takes: these words, and paths. Neither: numbers, times, texts. */
export interface CompletedValues {
  readonly words: readonly string[];
  readonly paths: 'files' | 'folders' | null;
}

export interface CompletedFlag {
  /** As in `-o`, `--output`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Null for a switch. */
  readonly values: CompletedValues | null;
  /** Whether it takes several, one behind the other. */
  readonly isVariadic: boolean;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  /** Of all its arguments; null where it has none. */
  readonly arguments: CompletedValues | null;
}

const FILES: CompletedValues = { words: [], paths: 'files' };
const FOLDERS: CompletedValues = { words: [], paths: 'folders' };
const OTHERS: CompletedValues = { words: [], paths: null };
const networks = (): CompletedValues => ({ words: Object.keys(ZOO), paths: 'files' });
const devices = (): CompletedValues => ({ words: DATASHEET_DEVICES.map(({ name }) => name), paths: 'files' });

/** Of flags whose placeholder alone does not tell. */
const BY_FLAG: Readonly<Record<string, () => CompletedValues>> = {
  '--engine': () => ({ words: engineChoices(), paths: null }),
  '--network': networks,
  '--validate': networks,
  '--device': devices,
  '--compare': devices,
  '--datasheet': () => ({ ...devices(), paths: null }),
  '--data': () => ({ words: Object.keys(KNOWN_SETS), paths: 'folders' }),
};
/** By what flags and arguments call their value: `<file>`. */
const BY_PLACEHOLDER: Readonly<Record<string, () => CompletedValues>> = {
  file: () => FILES,
  path: () => FILES,
  dir: () => FOLDERS,
  model: networks,
  a: networks,
  b: networks,
};

function valuesOf(placeholder: string, choices: readonly string[] | undefined): CompletedValues {
  if (choices !== undefined) return { words: choices, paths: null };
  return BY_PLACEHOLDER[placeholder]?.() ?? OTHERS;
}

function flagOf({ short, long, flags, description, variadic, argChoices }: Option): CompletedFlag {
  const placeholder = /[<[](\w+)/.exec(flags)?.[1];
  const names = [short, long].filter((name) => name !== undefined);
  const own = BY_FLAG[long ?? ''];
  return {
    names,
    description,
    values: placeholder === undefined ? null : (own?.() ?? valuesOf(placeholder, argChoices)),
    isVariadic: variadic,
  };
}

const HELP: CompletedFlag = {
  names: ['-h', '--help'],
  description: 'what it does, and its flags',
  values: null,
  isVariadic: false,
};

/** Commands with their flags, in the order of the list. */
export async function completedCommands(entries: readonly CommandEntry[]): Promise<CompletedCommand[]> {
  const program = new Command('morphline');
  for (const { load } of entries) (await load())(program);
  return program.commands.map((command) => {
    const [argument] = command.registeredArguments;
    return {
      name: command.name(),
      description: command.description(),
      flags: [...command.options.map(flagOf), HELP],
      arguments: argument === undefined ? null : valuesOf(argument.name(), argument.argChoices),
    };
  });
}
