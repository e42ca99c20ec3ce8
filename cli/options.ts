// The flags that several commands have, spelt the same way in each; light, as every command declares its flags with them.
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { MAX_WIDTH_MULTIPLIER } from '../network/width-multiplier.ts';
import { engineChoices } from '../profiler/engines/registry.ts';
import { UserError } from '../records/user-error.ts';
import { sizeOptions } from './open-sizes.ts';

export { parseDurationSeconds } from '../records/duration.ts';

/** Flags that every command spells the same way. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

function integerParser(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new UserError({
      got: `--${name} ${text}`,
      expected: `an integer of at least ${least}`,
      fix: 'correct the flag',
    });
  };
}

/** Parses a number above 0. */
export function positiveNumber(name: string, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isFinite(value) && value > 0 && value <= most) return value;
    throw new UserError({
      got: `--${name} ${text}`,
      expected: `a number above 0${Number.isFinite(most) ? `, at most ${most}` : ''}`,
      fix: 'correct the flag',
    });
  };
}

/**
 * `1%` or 0.01: a share above 0, below 1.
 * @throws UserError for any other text
 */
export function parsePercent(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text !== '' && value > 0 && value < 1) return value;
  throw new UserError({ got: `'${text}'`, expected: 'a share such as 1% or 0.01', fix: 'correct the flag' });
}

/** An integer flag with a lower bound. */
export function integerOption(flags: string, description: string, least: number): Option {
  const name = /--([\w-]+)/.exec(flags)?.[1] ?? flags;
  return new Option(flags, description).argParser(integerParser(name, least));
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
  ).default(1);
}

export function seedOption(): Option {
  return integerOption('--seed <n>', 'seed of everything random', 0).default(1);
}

/** Without a default: a file may fix it. */
export function batchOption(): Option {
  return integerOption('--batch <n>', 'examples per inference (default: what the file fixes, else 1)', 1);
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
