// Files of a results folder read against their schemas, with advice for those that are gone or foreign.
import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { CsvFile } from '../../records/csv-file.ts';
import { readJsonFile } from '../../records/json-file.ts';
import { parsedJson } from '../../records/json-text.ts';
import { UserError } from '../../records/user-error.ts';

/** @throws UserError for a file that is missing, broken or of another version */
export function readResultJson<T>(path: string, schema: z.ZodType<T>): T {
  const value = readJsonFile(path, {
    expected: 'the JSON that a morphline command wrote',
    fix: 'run the command again, or restore the file',
  });
  const advice = {
    expected: 'the file as this version of morphline writes it',
    fix: 'run the command again with this version',
  };
  return parsedJson(value, schema, advice, path);
}

/** @throws UserError for a file that is missing or has rows that do not fit */
export function readResultCsv<T extends z.ZodObject>(path: string, schema: T): z.infer<T>[] {
  if (existsSync(path)) return new CsvFile(path, schema).read();
  throw new UserError({
    got: `no ${path}`,
    expected: 'the files that the command left beside it',
    fix: 'restore it, or run the command again',
  });
}
