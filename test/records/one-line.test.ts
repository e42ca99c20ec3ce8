import { expect, test } from 'vitest';
import { oneLine } from '../../records/one-line.ts';

test('what a terminal would obey is shown instead', () => {
  expect(oneLine('a\nb\r\x1b[31mred\x9b\0')).toBe('a\\u000ab\\u000d\\u001b[31mred\\u009b\\u0000');
  expect(oneLine('right\u202eto left\u2028')).toBe('right\\u202eto left\\u2028');
  expect(oneLine(`half ${'😀'.slice(0, 1)} a pair`)).toBe('half \\ud83d a pair');
});

test('letters of all scripts stay', () => {
  const text = 'net-1.onnx «модель» 模型 😀 100 %';
  expect(oneLine(text)).toBe(text);
});
