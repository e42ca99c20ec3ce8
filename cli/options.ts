// The flags that several commands have, spelt the same way in each; light, as every command declares its flags with them.
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { MAX_WIDTH_MULTIPLIER } from '../network/width-multiplier.ts';
import { engineChoices } from '../profiler/engines/registry.ts';
import { MOST_BATCH, MOST_THREADS } from '../records/common-settings.ts';
import { decimal } from '../records/decimal.ts';
import type { SettingKind } from '../records/setting-kinds.ts';
import * as kinds from '../records/setting-kinds.ts';
import { UserError } from '../records/user-error.ts';
import { sizeOptions } from './open-sizes.ts';

export { parseDurationSeconds } from '../records/duration.ts';

/** Flags that every command spells the same way. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A flag's text as a value of this kind. */
function parser<T>(name: string, { schema, fromText }: SettingKind<T>): (text: string) => T {
  return (text) => {
    const parsed = schema.safeParse(fromText === undefined ? text : fromText(text));
    if (parsed.success) return parsed.data;
    throw new UserError({
      got: `--${name} ${text}`,
      expected: parsed.error.issues[0]?.message ?? 'another value',
      fix: 'correct the flag',
    });
  };
}

/** Parses a number above 0. */
export function positiveNumber(name: string, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return parser(name, kinds.positiveNumber(most));
}

/**
 * `1%` or 0.01: a share above 0, below 1.
 * @throws UserError for any other text
 */
export function parsePercent(text: string): number {
  const number = decimal(text.replace(/%$/, ''));
  const value = typeof number === 'number' ? number / (text.endsWith('%') ? 100 : 1) : Number.NaN;
  if (value > 0 && value < 1) return value;
  throw new UserError({ got: `'${text}'`, expected: 'a share such as 1% or 0.01', fix: 'correct the flag' });
}

/** An integer flag with its bounds. */
export function integerOption(flags: string, description: string, least: number, most?: number): Option {
  const name = /--([\w-]+)/.exec(flags)?.[1] ?? flags;
  return new Option(flags, description).argParser(parser(name, kinds.integer(least, most)));
}

/** @param choices what it takes, as help lists them */
export function engineOption(choices: readonly string[] = engineChoices()): Option {
  const listed = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  return new Option('--engine <name>', `${listed} (default: the best one here)`);
}

export function threadsOption(): Option {
  return integerOption(
    '--threads <n>',
    `CPU threads of the engine, of ${availableParallelism()} here`,
    1,
    MOST_THREADS,
  ).default(1);
}

export function seedOption(): Option {
  return integerOption('--seed <n>', 'seed of everything random', 0).default(1);
}

/** Without a default: a file may fix it. */
export function batchOption(): Option {
  const description = 'examples per inference (default: what the file fixes, else 1)';
  return integerOption('--batch <n>', description, 1, MOST_BATCH);
}

/** Of commands that print a result. */
export function resultOption(): Option {
  return new Option('--out <dir>', 'folder to keep the result in, for `report`').argParser(
    parser('out', kinds.word()),
  );
}

/** Flags that give a network other widths: one of them, or neither. */
export interface WidthFlags {
  readonly widths?: string;
  readonly widthMultiplier?: number;
}

export function widthsOption(): Option {
  return new Option('--widths <file>', '{ "layer name": width, … }, missing ones full');
}

export function widthMultiplierOption(): Option {
  return new Option('--width-multiplier <x>', 'every width times x, above or below 1').argParser(
    positiveNumber('width-multiplier', MAX_WIDTH_MULTIPLIER),
  );
}

/** A command about one network: its argument, and the flags that give it other widths and a batch size. */
export function modelCommand(
  program: Command,
  { name, description, widths = widthsOption() }: { name: string; description: string; widths?: Option },
): Command {
  const [image, dim] = sizeOptions();
  return program
    .command(name)
    .argument('<model>', 'zoo network or model file')
    .description(description)
    .addOption(widths)
    .addOption(widthMultiplierOption())
    .addOption(batchOption())
    .addOption(image)
    .addOption(dim);
}
