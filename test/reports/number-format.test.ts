import { expect, test } from 'vitest';
import { logScale } from '../../reports/charts/log-scale.ts';
import { evenlySpaced } from '../../reports/evenly-spaced.ts';
import { breakable, html } from '../../reports/html.ts';
import {
  columnFormat,
  correlation,
  count,
  FLOP_UNITS,
  instant,
  integer,
  LATENCY_UNITS,
  percent,
  signedPercent,
  significant,
  unitFor,
} from '../../reports/number-format.ts';

test('numbers are written for reading', () => {
  expect(percent(0.02058)).toBe('2.1 %');
  expect([signedPercent(-0.0141), signedPercent(0.0174), signedPercent(-0.0001)]).toEqual([
    '−1.4 %',
    '+1.7 %',
    '0.0 %',
  ]);
  expect([integer(999), integer(5000), integer(1234567), integer(-1234)]).toEqual([
    '999',
    '5,000',
    '1,234,567',
    '-1,234',
  ]);
  expect([significant(0.01234), significant(1.234), significant(12.34), significant(12345)]).toEqual([
    '0.0123',
    '1.23',
    '12.3',
    '12,345',
  ]);
  expect([count(1, 'network'), count(33, 'network')]).toEqual(['1 network', '33 networks']);
  expect([correlation(0.99857), correlation(-0.5), correlation(null)]).toEqual(['0.999', '−0.500', '–']);
});

test('a unit is the largest in which the values reach 2, and the first for nothing', () => {
  expect(unitFor([150, 1999], LATENCY_UNITS).name).toBe('µs');
  expect(unitFor([150, 2000], LATENCY_UNITS).name).toBe('ms');
  expect(unitFor([0, Number.NaN], FLOP_UNITS).name).toBe('FLOP');
  expect(unitFor([], LATENCY_UNITS).name).toBe('ns');
});

test('numbers of a column share their decimals', () => {
  expect([2.719, 0.03].map(columnFormat([2.719, 0.03]))).toEqual(['2.719', '0.030']);
  expect([2719.4, 30.2].map(columnFormat([2719.4, 30.2]))).toEqual(['2,719', '30']);
  expect([0].map(columnFormat([0]))).toEqual(['0']);
});

test('a time is written in UTC, and any other text is left alone', () => {
  expect(instant('2026-11-22T13:03:42.688Z')).toBe('22 November 2026, 13:03 UTC');
  expect(instant('2026-11-22T01:30:00+02:00')).toBe('21 November 2026, 23:30 UTC');
  expect(instant('yesterday')).toBe('yesterday');
});

test('a logarithmic scale has ticks at powers of ten, and at 2 and 5 where it is short', () => {
  expect(logScale([0.5, 1200]).ticks).toEqual([1, 10, 100, 1000]);
  expect(logScale([1.5, 22]).ticks).toEqual([2, 5, 10, 20]);
  expect(logScale([0, Number.NaN, -3])).toEqual({ domain: [1, 10], ticks: [1, 10] });
  const [low, high] = logScale([5]).domain;
  expect([low < 5, high > 5]).toEqual([true, true]);
});

test('a list is thinned evenly, and left alone when it is short', () => {
  expect(evenlySpaced([1, 2, 3], 3)).toEqual([1, 2, 3]);
  expect(evenlySpaced([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5)).toEqual([0, 2, 4, 6, 8]);
  expect(
    evenlySpaced(
      Array.from({ length: 4001 }, (_, i) => i),
      1500,
    ),
  ).toHaveLength(1500);
});

test('a template escapes text, keeps markup, and ties a number to its unit', () => {
  expect(
    html`<p title="${'"'}">${'<b> & 2 %'}${html`<i>${3}</i>`}${null}${[html`<u></u>`, '>']}</p>`.text,
  ).toBe('<p title="&quot;">&lt;b&gt; &amp; 2\u00a0%<i>3</i><u></u>&gt;</p>');
  expect(breakable('a/<b_c').text).toBe('<span class="name">a/<wbr>&lt;b_<wbr>c</span>');
});
