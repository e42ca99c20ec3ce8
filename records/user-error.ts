// What the user got wrong, in one line: what was got, what was expected, what to do.
/** A mistake of the user's: the CLI prints its one line and exits with code 2. */
export class UserError extends Error {
  readonly got: string;
  readonly expected: string;
  readonly fix: string;

  constructor(parts: { got: string; expected: string; fix: string }) {
    super(`got ${parts.got}; expected ${parts.expected}; ${parts.fix}`);
    this.name = 'UserError';
    this.got = parts.got;
    this.expected = parts.expected;
    this.fix = parts.fix;
  }
}
