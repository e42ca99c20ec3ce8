// The options of a command, made from the settings that its experiment declares.
import { type Command, Option } from 'commander';
import {
  type FlagValues,
  flagName,
  type RunSettings,
  type Setting,
  type SettingFields,
  valueFromText,
} from '../records/run-settings.ts';
import { UserError } from '../records/user-error.ts';

/** A flag with its help, its default and its parser. */
export function settingOption(setting: Setting<unknown>): Option {
  const { kind, flag, description, default: value } = setting;
  const option = new Option(flag, description);
  if (kind.choices !== undefined) option.choices(kind.choices);
  else if (kind.fromText !== undefined) option.argParser((text) => valueFromText(setting, text));
  // Commander prints the default of a switch, which its name says: --json, --no-snap.
  if (value !== null && !option.isBoolean()) option.default(value);
  return option.makeOptionMandatory(value === undefined);
}

/**
 * Adds the flags of an experiment to its command.
 * @returns reads their values, by setting, from what commander parsed
 */
export function addSettingsOptions<F extends SettingFields>(
  command: Command,
  settings: Pick<RunSettings<F, never>, 'fields' | 'flags'>,
): (parsed: Readonly<Record<string, unknown>>) => FlagValues<F> {
  const attributes = new Map<string, string>();
  for (const [name, setting] of Object.entries(settings.fields)) {
    const option = settingOption(setting);
    command.addOption(option);
    attributes.set(name, option.attributeName());
  }
  return (parsed) => {
    const given = Object.fromEntries([...attributes].map(([name, attribute]) => [name, parsed[attribute]]));
    const values = settings.flags.safeParse(given);
    if (values.success) return values.data;
    const [issue] = values.error.issues;
    const wrong = String(issue?.path[0]);
    throw new UserError({
      got: `${flagName(settings.fields[wrong] ?? { flag: wrong })} ${String(given[wrong])}`,
      expected: issue?.message ?? 'another value',
      fix: 'correct the flag',
    });
  };
}
