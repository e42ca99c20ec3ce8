// The rows of a study as a Parquet file.
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { StudyRecord } from '../../records/study.ts';

const TEXT: ReadonlySet<string> = new Set(['law']);
const COUNTS: ReadonlySet<string> = new Set(['sample', 'measured_rounds', 'measured_disturbed']);

/** The rows of study.csv as a Parquet file: the same columns, empty fields null, amounts and times as doubles. */
export function parquetBytes(rows: readonly StudyRecord[]): Uint8Array {
  const columnData = Object.keys(rows[0] ?? {}).map((name) => ({
    name,
    data: rows.map((row) => row[name] ?? null),
    type: TEXT.has(name) ? ('STRING' as const) : COUNTS.has(name) ? ('INT32' as const) : ('DOUBLE' as const),
    nullable: name.startsWith('measured_'),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
