// JSON texts and values, checked, with advice where they are broken or of another form; what reads files is json-file.ts.
import type { z } from 'zod';
import { UserError } from './user-error.ts';

/** What a message says a file should be, and what to do about it. */
export interface FileAdvice {
  readonly expected: string;
  readonly fix: string;
}

/** Deeper than any file of ours or of a model is, and less than what a recursive reader can follow. */
const MOST_NESTING = 500;
/** Codes of characters. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = { bracket: 0x5b, brace: 0x7b };
const CLOSING = { bracket: 0x5d, brace: 0x7d };

/** How deep the lists and objects of a JSON text are in one another. */
function nestingOf(text: string): number {
  let [depth, most] = [0, 0];
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isString) {
      if (code === BACKSLASH) at++;
      else isString = code !== QUOTE;
    } else if (code === QUOTE) isString = true;
    else if (code === OPENING.bracket || code === OPENING.brace) most = Math.max(most, ++depth);
    else if (code === CLOSING.bracket || code === CLOSING.brace) depth--;
  }
  return most;
}

/** The value of a JSON text. @throws Error saying where it is broken, or that it is nested too deep to be followed */
export function jsonOf(text: string): unknown {
  const nesting = nestingOf(text);
  if (nesting > MOST_NESTING) throw new Error(`lists and objects ${nesting} deep in one another`);
  return JSON.parse(text);
}

/**
 * A value that fits a schema.
 * @param label the file it came from, as messages name it
 * @throws UserError naming the first field that does not fit
 */
export function parsedJson<T>(value: unknown, schema: z.ZodType<T>, advice: FileAdvice, label: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError({ got: `${label} with ${issue?.path.join('.')}: ${issue?.message}`, ...advice });
}
