import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { table } from '../../cli/terminal.ts';

const plain = (text: string) => stripVTControlCharacters(text).split('\n');

test('a table has columns as wide as their longest cell, two spaces apart, numbers to the right', () => {
  const drawn = table(
    ['layer', 'latency', 'share', 'bound'],
    [
      ['conv', '1.5', '60.0 %', 'compute'],
      ['a longer one', '10.25', '4.0 %', ''],
    ],
  );
  expect(plain(drawn)).toEqual([
    'layer         latency   share  bound  ',
    'conv              1.5  60.0 %  compute',
    'a longer one    10.25   4.0 %         ',
  ]);
});

test('a cell that is missing is empty', () => {
  expect(plain(table(['a', 'b'], [['x']]))).toEqual(['a  b', 'x   ']);
});

test('colors take no room in a table, and wide characters take two columns', () => {
  const drawn = table(
    ['layer', 'bound'],
    [
      ['\x1b[1m卷积\x1b[22m', 'yes'],
      ['conv', 'no'],
    ],
  );
  expect(plain(drawn)).toEqual(['layer  bound', '卷积   yes  ', 'conv   no   ']);
  expect(drawn).toContain('\x1b[1m卷积\x1b[22m   yes');
});
