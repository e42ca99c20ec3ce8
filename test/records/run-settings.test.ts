import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  defineSettings,
  type FlagValues,
  flagName,
  type SettingsOf,
  setting,
  unrecorded,
  valueFromText,
} from '../../records/run-settings.ts';
import {
  durationSeconds,
  integer,
  oneOf,
  positiveNumber,
  toggle,
  word,
} from '../../records/setting-kinds.ts';
import { UserError } from '../../records/user-error.ts';

const baking = defineSettings(
  {
    flour: unrecorded('its brand is a fact', setting(word(), { flag: '--flour <name>', description: 'bag' })),
    loaves: setting(integer(1), { flag: '-n, --loaves <n>', description: 'how many', default: 2 }),
    heat: setting(positiveNumber(300), { flag: '--heat <c>', description: 'of the oven', default: null }),
    crust: setting(oneOf(['thin', 'thick']), { flag: '--crust <c>', description: '', default: 'thin' }),
    covered: setting(toggle(), { flag: '--no-lid', description: 'without a lid', default: true }),
  },
  { brand: z.string() },
);
type Baking = SettingsOf<typeof baking>;

test('the options are the recorded settings, each of its type', () => {
  expectTypeOf<Baking>().toEqualTypeOf<{
    readonly loaves: number;
    readonly heat: number | null;
    readonly crust: 'thin' | 'thick';
    readonly covered: boolean;
  }>();
  expectTypeOf<FlagValues<typeof baking.fields>['flour']>().toEqualTypeOf<string>();
  expectTypeOf<Omit<FlagValues<typeof baking.fields>, 'flour'>>().toExtend<Baking>();
});

test('flags that are left out have their defaults, and one without a default is required', () => {
  const values = { flour: 'rye', loaves: 2, heat: null, crust: 'thin', covered: true };
  expect(baking.flags.parse({ flour: 'rye' })).toEqual(values);
  expect(baking.flags.safeParse({}).error?.issues.map(({ path }) => path)).toEqual([['flour']]);
});

test('an experiment takes the recorded settings among the flags', () => {
  const flags = baking.flags.parse({ flour: 'rye', loaves: 3 });
  expect(baking.pickRecorded(flags)).toEqual({ loaves: 3, heat: null, crust: 'thin', covered: true });
});

test('from code, what is left out has its default, and what is no setting is passed over', () => {
  const complete = { loaves: 2, heat: null, crust: 'thin', covered: true };
  expect(baking.complete({})).toEqual(complete);
  expect(baking.complete({ loaves: 5, heat: 200, ...{ oven: 'wood' } })).toEqual({
    ...complete,
    loaves: 5,
    heat: 200,
  });
});

test.each<[string, object, string]>([
  ['a number out of range', { heat: 900 }, 'got heat: 900; expected a number above 0, at most 300'],
  ['no number', { loaves: Number.NaN }, 'got loaves: NaN; expected an integer of at least 1'],
  ['another word', { crust: 'soft' }, 'got crust: "soft"; expected one of thin, thick'],
])('%s from code is refused by name', (_, given, message) => {
  expect(() => baking.complete(given)).toThrow(UserError);
  expect(() => baking.complete(given)).toThrow(message);
});

const settings: Baking = { loaves: 3, heat: 220, crust: 'thick', covered: false };

test('run.json keeps the facts and every recorded setting', () => {
  const record = baking.record(settings, { brand: 'Mill' });
  expect(record).toEqual({ brand: 'Mill', loaves: 3, heat: 220, crust: 'thick', covered: false });
  expect(baking.recorded.parse(record)).toEqual(record);
});

test('a setting left out of the record, and one that was never declared, do not compile', () => {
  const options = { ...settings, salt: 1, out: 'oven' };
  const { out: _, ...rest } = options;
  // @ts-expect-error salt is neither declared nor taken out by name
  expect(baking.record(rest, { brand: 'Mill' })).not.toHaveProperty('salt');
  const { loaves: __, ...fewer } = settings;
  // @ts-expect-error loaves are missing
  expect(() => baking.record(fewer, { brand: 'Mill' })).toThrow('an integer of at least 1');
  // @ts-expect-error the brand is missing
  expect(() => baking.record(settings, {})).toThrow('brand');
});

test('a flag is named by its long form', () => {
  expect(flagName(baking.fields.loaves)).toBe('--loaves');
});

const { loaves, heat, crust } = baking.fields;

test.each([
  [loaves, '0', 'got --loaves 0; expected an integer of at least 1; correct the flag'],
  [loaves, '1.5', 'got --loaves 1.5; expected an integer of at least 1; correct the flag'],
  [loaves, 'two', 'got --loaves two; expected an integer of at least 1; correct the flag'],
  [loaves, '1e300', 'got --loaves 1e300; expected an integer of at least 1; correct the flag'],
  [heat, '-1', 'got --heat -1; expected a number above 0, at most 300; correct the flag'],
  [heat, '301', 'got --heat 301; expected a number above 0, at most 300; correct the flag'],
  [heat, 'Infinity', 'got --heat Infinity; expected a number above 0, at most 300; correct the flag'],
  [heat, 'NaN', 'got --heat NaN; expected a number above 0, at most 300; correct the flag'],
  [crust, 'none', 'got --crust none; expected one of thin, thick; correct the flag'],
])('%#: a text of no value is refused', (declared, text, message) => {
  expect(() => valueFromText(declared, text)).toThrow(message);
});

test('texts become values', () => {
  expect(valueFromText(loaves, '12')).toBe(12);
  expect(valueFromText(heat, '1.5e2')).toBe(150);
  expect(valueFromText(crust, 'thick')).toBe('thick');
});

test('times have a unit, seconds without', () => {
  const time = setting(durationSeconds(), { flag: '--budget <time>', description: 'time', default: 180 });
  expect(['90s', '3m', '1h', '7', '1.5m'].map((text) => valueFromText(time, text))).toEqual([
    90, 180, 3600, 7, 90,
  ]);
  for (const text of ['soon', '0', '-3m', '3d'])
    expect(() => valueFromText(time, text)).toThrow(
      `got duration '${text}'; expected a time such as 90s, 3m or 1h, up to 30 days; correct the flag`,
    );
});
