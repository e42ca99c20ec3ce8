import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CsvFile } from '../../records/csv-file.ts';
import { temporaryFolder } from '../support/temporary.ts';

const schema = z.object({
  name: z.string(),
  latency_us: z.coerce.number(),
  disturbed: z.stringbool().or(z.boolean()),
});
const folder = temporaryFolder();
const rows = [
  { name: 'a,"b"', latency_us: 1.5, disturbed: true },
  { name: 'c', latency_us: 1e-7, disturbed: false },
];

describe('a CSV file', () => {
  test('gives back the rows that were appended, header once', () => {
    const file = new CsvFile(join(folder, 'rows.csv'), schema);
    expect(file.read()).toEqual([]);
    file.append(rows.slice(0, 1));
    file.append(rows.slice(1));
    expect(file.read()).toEqual(rows);
    expect(readFileSync(file.path, 'utf8').match(/latency_us/g)).toHaveLength(1);
  });

  test('loses only the last line when a kill tore it', () => {
    const file = new CsvFile(join(folder, 'torn.csv'), schema);
    file.append(rows);
    appendFileSync(file.path, 'd,0.0');
    expect(file.read()).toEqual(rows);
    file.repair();
    file.append([{ name: 'e', latency_us: 2, disturbed: false }]);
    expect(file.read().map(({ name }) => name)).toEqual(['a,"b"', 'c', 'e']);
  });

  test('says which row and column does not fit', () => {
    const path = join(folder, 'bad.csv');
    writeFileSync(path, 'name,latency_us,disturbed\nx,fast,false\n');
    expect(() => new CsvFile(path, schema).read()).toThrow(/got row 1 of .*bad\.csv \(latency_us: /);
  });

  test('keeps the wanted rows', () => {
    const file = new CsvFile(join(folder, 'keep.csv'), schema);
    file.append(rows);
    file.keep(({ name }) => name === 'c');
    expect(file.read()).toEqual(rows.slice(1));
  });
});
