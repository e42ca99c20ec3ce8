import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const reports = fileURLToPath(new URL('../../reports', import.meta.url));

test('reports imports nothing but types from other folders', () => {
  const files = readdirSync(reports, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(20);
  const values: string[] = [];
  for (const file of files) {
    const path = join(reports, file);
    for (const [, kind, target = ''] of readFileSync(path, 'utf8').matchAll(
      /^(?:import|export)( type)?\b[^;]*?from '(\.[^']+)';/gm,
    )) {
      const outside = relative(reports, join(dirname(path), target)).startsWith('..');
      if (outside && kind === undefined) values.push(`${file} imports ${target}`);
    }
  }
  expect(values).toEqual([]);
});
