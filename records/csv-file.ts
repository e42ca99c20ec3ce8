// CSV files with a schema that are only ever appended to, and survive a kill.
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import type { z } from 'zod';
import { writeFileAtomic } from './atomic-file.ts';
import { parsedCsv } from './csv-text.ts';
import { readText } from './read-bytes.ts';
import { UserError } from './user-error.ts';

/**
 * A CSV file with a schema that is only ever appended to: each row stands as soon as it is written, and a last line
 * torn by a kill is cut off when the file is opened again.
 */
export class CsvFile<T extends z.ZodObject> {
  readonly path: string;
  private readonly schema: T;
  private readonly columns: readonly string[];

  constructor(path: string, schema: T) {
    this.path = path;
    this.schema = schema;
    this.columns = Object.keys(schema.shape);
  }

  /**
   * All whole rows; none if there is no file.
   * @throws UserError naming the row and column that do not fit the schema
   */
  read(): z.infer<T>[] {
    if (!existsSync(this.path)) return [];
    const text = readText(this.path);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const advice = {
      expected: `columns ${this.columns.join(', ')}`,
      fix: 'remove the file to start anew, or restore it',
    };
    return parsedCsv(whole, advice, this.path).map((row, index) => {
      const parsed = this.schema.safeParse(row);
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0];
      throw new UserError({
        got: `row ${index + 1} of ${this.path} (${issue?.path.join('.')}: ${issue?.message})`,
        ...advice,
      });
    });
  }

  /** Cuts off a torn last line. Call it once before the first append of a resumed run. */
  repair(): void {
    if (!existsSync(this.path)) return;
    const bytes = readFileSync(this.path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end !== bytes.length) truncateSync(this.path, end);
  }

  /** Rewrites the file without the rows that a kill left incomplete elsewhere; a kill in between leaves the old one. */
  keep(wanted: (row: z.infer<T>) => boolean): void {
    const rows = this.read();
    const kept = rows.filter(wanted);
    if (kept.length === rows.length) return;
    this.replace(kept);
  }

  /** Writes these rows in place of all that are there. */
  replace(rows: readonly z.infer<T>[]): void {
    writeFileAtomic(this.path, this.text(rows, true));
  }

  append(rows: readonly z.infer<T>[]): void {
    const header = (statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) === 0;
    if (rows.length === 0 && !header) return;
    appendFileSync(this.path, this.text(rows, header));
  }

  private text(rows: readonly z.infer<T>[], header: boolean): string {
    return stringify([...rows], { header, columns: [...this.columns], cast: { boolean: String } });
  }
}
