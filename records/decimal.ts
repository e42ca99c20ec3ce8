// Decimal numbers in texts, of files and of command lines.

/** With an exponent or without: neither 0x10 nor an empty text, of both of which JavaScript makes numbers. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** What a decimal text stands for; anything else as it is, for a schema to refuse. */
export function decimal(value: unknown): unknown {
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
}
