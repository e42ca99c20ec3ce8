// JSON files read with advice where they are missing or broken.
import { type FileAdvice, jsonOf } from './json-text.ts';
import { readText } from './read-bytes.ts';
import { UserError } from './user-error.ts';

/**
 * The JSON of a file.
 * @param label the file as messages name it
 * @throws UserError if it is missing, broken, too long or nested too deep
 */
export function readJsonFile(path: string, advice: FileAdvice, label = path): unknown {
  try {
    return jsonOf(readText(path));
  } catch (error) {
    throw new UserError({ got: `${label}: ${error instanceof Error ? error.message : error}`, ...advice });
  }
}
