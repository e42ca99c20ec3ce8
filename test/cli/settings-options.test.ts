import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addSettingsOptions } from '../../cli/settings-options.ts';
import { defineSettings, setting } from '../../records/run-settings.ts';
import { integer, oneOf, positiveNumber, toggle, word, words } from '../../records/setting-kinds.ts';

const baking = defineSettings(
  {
    flour: setting(word(), { flag: '--flour <name>', description: 'which bag' }),
    loaves: setting(integer(1), { flag: '--number <n>', description: 'of loaves', default: 2 }),
    heat: setting(positiveNumber(), { flag: '--heat <c>', description: 'of the oven', default: null }),
    crust: setting(oneOf(['thin', 'thick']), { flag: '--crust <c>', description: 'kind', default: 'thin' }),
    seeds: setting(words(), { flag: '--seed <names...>', description: 'on top', default: ['sesame'] }),
    covered: setting(toggle(), { flag: '--no-lid', description: 'without a lid', default: true }),
    sliced: setting(toggle(), { flag: '--sliced', description: 'in slices', default: false }),
  },
  {},
);

function bake(...args: string[]): unknown {
  const command = new Command('bake').exitOverride().configureOutput({ outputError: () => undefined });
  const values = addSettingsOptions(command, baking);
  command.parse(args, { from: 'user' });
  return values(command.opts());
}

const defaults = {
  flour: 'rye',
  loaves: 2,
  heat: null,
  crust: 'thin',
  seeds: ['sesame'],
  covered: true,
  sliced: false,
};

test('flags become values by setting, and those left out their defaults', () => {
  expect(bake('--flour', 'rye')).toEqual(defaults);
  const all = [
    '--number',
    '5',
    '--heat',
    '220',
    '--crust',
    'thick',
    '--seed',
    'a',
    'b',
    '--no-lid',
    '--sliced',
  ];
  expect(bake('--flour', 'rye', ...all)).toEqual({
    flour: 'rye',
    loaves: 5,
    heat: 220,
    crust: 'thick',
    seeds: ['a', 'b'],
    covered: false,
    sliced: true,
  });
});

test('a wrong value, a word that is no choice and a missing flag are told in one line', () => {
  expect(() => bake('--flour', 'rye', '--number', '0')).toThrow(
    'got --number 0; expected an integer of at least 1; correct the flag',
  );
  expect(() => bake('--flour', 'rye', '--crust', 'none')).toThrow('Allowed choices are thin, thick.');
  expect(() => bake()).toThrow("required option '--flour <name>' not specified");
});

test('the help shows defaults of values, not those of switches', () => {
  const command = new Command('bake');
  addSettingsOptions(command, baking);
  const lines = command.createHelp().visibleOptions(command);
  expect(lines.map((option) => command.createHelp().optionDescription(option))).toEqual([
    'which bag',
    'of loaves (default: 2)',
    'of the oven',
    'kind (choices: "thin", "thick", default: "thin")',
    'on top (default: ["sesame"])',
    'without a lid',
    'in slices',
    'display help for command',
  ]);
});
