// Text of a CSV file as records, with advice where it is malformed.
import { parse } from 'csv-parse/sync';
import type { FileAdvice } from './json-text.ts';
import { UserError } from './user-error.ts';

/**
 * Records of a CSV text by the names of its header.
 * @param label the file as messages name it
 * @throws UserError saying on which line a quote, or the number of columns, is wrong
 */
export function parsedCsv(text: string, advice: FileAdvice, label: string): unknown[] {
  try {
    return parse(text, { columns: true, skip_empty_lines: true });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UserError({ got: `${label}, which is malformed (${reason})`, ...advice });
  }
}
