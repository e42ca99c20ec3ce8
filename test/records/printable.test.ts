import { expect, test } from 'vitest';
import { printable, printableLines } from '../../records/printable.ts';
import { UserError } from '../../records/user-error.ts';

const ESCAPE = String.fromCharCode(27);
const CONTROL_SEQUENCE = String.fromCharCode(0x9b);

test('control characters are written out, once', () => {
  const text = `a\nb\r\tc${ESCAPE}[2Jd${CONTROL_SEQUENCE}e\0`;
  const shown = 'a\\nb\\r\\tc\\x1b[2Jd\\x9be\\x00';
  expect(printable(text)).toBe(shown);
  expect(printable(shown)).toBe(shown);
  expect(printable('naïve Größe 网络 µs')).toBe('naïve Größe 网络 µs');
});

test('what turns the direction of writing is too', () => {
  expect(printable('gpj.\u202eexe')).toBe('gpj.\\u202eexe');
});

test('a message that quotes a file is one line of bounded length', () => {
  const { message } = new UserError({
    got: `layer 'x\n\nmorphline: all is well${ESCAPE}[1A'`,
    expected: 'y'.repeat(10_000),
    fix: 'z',
  });
  expect(message).not.toContain('\n');
  expect(message).not.toContain(ESCAPE);
  expect(message.length).toBeLessThan(2500);
});

test('output keeps its lines and colors, and no other escape code', () => {
  const text = `${ESCAPE}[1mname${ESCAPE}[22m ${ESCAPE}[2J${ESCAPE}]0;title\nnext`;
  expect(printableLines(text)).toBe(`${ESCAPE}[1mname${ESCAPE}[22m \\x1b[2J\\x1b]0;title\nnext`);
});
