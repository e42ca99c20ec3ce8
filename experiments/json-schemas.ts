// The JSON Schema of every JSON file that a command writes.
import { z } from 'zod';
import { deviceProfile } from '../calibration/device-profile.ts';
import { budgetFile } from '../records/budget.ts';
import { ceilings } from '../records/ceilings.ts';
import { runFile } from '../records/run-file.ts';
import { studySummary } from '../records/study.ts';
import { studyAnalysis } from '../records/study-analysis.ts';
import { trainResult } from '../records/training.ts';

/** JSON Schema (draft 2020-12) of every JSON file that a command writes, by file name. */
export function jsonSchemas(): Record<string, object> {
  const files = {
    'device.json': deviceProfile,
    'run.json': runFile,
    'ceilings.json': ceilings,
    'study.json': studySummary,
    'study-analysis.json': studyAnalysis,
    'result.json': trainResult,
    'morphline.budget.json': budgetFile,
  };
  return Object.fromEntries(Object.entries(files).map(([name, schema]) => [name, z.toJSONSchema(schema)]));
}
