// Times as people write them on a command line: `90s`, `3m`, `1h`.
import { UserError } from './user-error.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Thirty days. */
const MOST_SECONDS = 30 * 24 * 3600;

/**
 * `90s`, `3m`, `1h`, or plain seconds.
 * @throws UserError for any other text
 */
export function parseDurationSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text);
  const value = Number(match?.[1]) * (SECONDS[match?.[2] ?? 's'] ?? Number.NaN);
  if (value > 0 && value <= MOST_SECONDS) return value;
  throw new UserError({
    got: `duration '${text}'`,
    expected: 'a time such as 90s, 3m or 1h, up to 30 days',
    fix: 'correct the flag',
  });
}
