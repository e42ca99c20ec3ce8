// What the user got wrong, in one line: what was got, what was expected, what to do.
import { printable } from './printable.ts';

/** A mistake of the user's: the CLI prints its one line and exits with code 2. What it quotes of files is made printable. */
export class UserError extends Error {
  readonly got: string;
  readonly expected: string;
  readonly fix: string;

  constructor(parts: { got: string; expected: string; fix: string }) {
    const [got, expected, fix] = [parts.got, parts.expected, parts.fix].map(printable) as [
      string,
      string,
      string,
    ];
    super(`got ${got}; expected ${expected}; ${fix}`);
    this.name = 'UserError';
    this.got = got;
    this.expected = expected;
    this.fix = fix;
  }
}
