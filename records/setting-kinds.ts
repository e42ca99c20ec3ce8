// Kinds of values that a setting may have: how each is written on a command line, and what a wrong one is told.
import { z } from 'zod';
import { decimal } from './decimal.ts';
import { parseDurationSeconds } from './duration.ts';

/** A kind of value. The schema's messages say what was expected, as in "an integer of at least 1". */
export interface SettingKind<T> {
  readonly schema: z.ZodType<T>;
  /** The value that a flag's text stands for, right or wrong: the schema judges. Switches and lists need none. */
  readonly fromText?: (text: string) => unknown;
  /** All values there are, where they are few words. */
  readonly choices?: readonly string[];
}

/** @param most by default the largest that numbers hold exactly */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): SettingKind<number> {
  const isOpen = most === Number.MAX_SAFE_INTEGER;
  const expected = `an integer of at least ${least}${isOpen ? '' : `, at most ${most}`}`;
  return { schema: z.int(expected).min(least, expected).max(most, expected), fromText: decimal };
}

/** Above 0. */
export function positiveNumber(most = Number.POSITIVE_INFINITY): SettingKind<number> {
  const expected = `a number above 0${Number.isFinite(most) ? `, at most ${most}` : ''}`;
  const schema = z.number(expected).positive(expected);
  return { schema: Number.isFinite(most) ? schema.max(most, expected) : schema, fromText: decimal };
}

/** From 0 up to, but not, 1. */
export function share(): SettingKind<number> {
  const expected = 'a number from 0, below 1';
  return { schema: z.number(expected).min(0, expected).lt(1, expected), fromText: decimal };
}

const WORD = 'a name or a path, and not an empty one';
const someText = z
  .string(WORD)
  .min(1, WORD)
  .refine((text) => !text.includes('\0'), WORD);

/** A word, a name or a path. */
export function word(): SettingKind<string> {
  return { schema: someText };
}

/** Of a flag such as `--network <names...>`. */
export function words(): SettingKind<readonly string[]> {
  return { schema: z.array(someText).readonly() };
}

export function oneOf<const T extends string>(choices: readonly T[]): SettingKind<T> {
  return { schema: z.enum(choices as readonly [T, ...T[]], `one of ${choices.join(', ')}`), choices };
}

/** One or more of these, as in `--methods <method...>`. */
export function someOf<const T extends string>(choices: readonly T[]): SettingKind<readonly T[]> {
  const expected = `some of ${choices.join(', ')}`;
  const one = z.enum(choices as readonly [T, ...T[]], expected);
  return { schema: z.array(one).nonempty(expected).readonly(), choices };
}

/** On or off: a flag without a value, `--snap` or `--no-snap`. */
export function toggle(): SettingKind<boolean> {
  return { schema: z.boolean() };
}

/** A time, in seconds. */
export function durationSeconds(): SettingKind<number> {
  return { schema: z.number().positive(), fromText: parseDurationSeconds };
}
