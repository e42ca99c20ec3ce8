import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { deviceProfile } from '../../calibration/device-profile.ts';
import { jsonSchemas } from '../../experiments/json-schemas.ts';
import { budgetFile, LIMITS } from '../../records/budget.ts';
import {
  failureRecord,
  kernelLoadRecord,
  kernelRecord,
  networkRecord,
  roundRecord,
} from '../../records/measurements.ts';
import { runFile } from '../../records/run-file.ts';
import { studyRecord } from '../../records/study.ts';
import { gammaBinRecord, sweepRecord } from '../../records/sweep.ts';
import { layerRecord, metricsRecord } from '../../records/training.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/files.md'), 'utf8');

/** What stands under a heading. */
function sectionOf(file: string): string {
  const [, section] = PAGE.split(new RegExp(`^## [^\n]*\`${file.replaceAll('.', '\\.')}\`[^\n]*\n`, 'm'));
  return section?.split(/^## /m)[0] ?? '';
}

/** The first cells of a section's table. */
function rowsOf(file: string): string[] {
  return [...sectionOf(file).matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name as string);
}

const TABLES: Readonly<Record<string, z.ZodObject>> = {
  'device.json': deviceProfile,
  'kernels.csv': kernelRecord,
  'networks.csv': networkRecord,
  'rounds.csv': roundRecord,
  'kernel-loads.csv': kernelLoadRecord,
  'failures.csv': failureRecord,
  'study.csv': studyRecord,
  'metrics.csv': metricsRecord,
  'layers.csv': layerRecord,
  'sweep.csv': sweepRecord,
  'gammas.csv': gammaBinRecord,
};

test.each(Object.entries(TABLES))(
  '%s is on the page with all that its schema has, in order',
  (file, schema) => {
    expect(rowsOf(file)).toEqual(Object.keys(schema.shape));
  },
);

test('so are the fields of run.json and of budget files', () => {
  for (const field of Object.keys(runFile.shape)) expect(sectionOf('run.json')).toContain(`\`${field}\``);
  const budgets = sectionOf('morphline.budget.json');
  const entry = budgetFile.shape.budgets.element.shape;
  for (const field of [...Object.keys(entry), ...LIMITS]) expect(budgets).toContain(`\`${field}\``);
});

test('every JSON file with a schema is named', () => {
  for (const file of Object.keys(jsonSchemas())) expect(PAGE).toContain(`\`${file}\``);
});
