// JSON files read with advice where they are missing, broken or of another form.
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { UserError } from './user-error.ts';

/** What a message says a file should be, and what to do about it. */
export interface FileAdvice {
  readonly expected: string;
  readonly fix: string;
}

/**
 * The JSON of a file.
 * @param label the file as messages name it
 * @throws UserError if it is missing or broken
 */
export function readJsonFile(path: string, advice: FileAdvice, label = path): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError({ got: `${label}: ${error instanceof Error ? error.message : error}`, ...advice });
  }
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
