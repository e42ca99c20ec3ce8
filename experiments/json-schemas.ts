import { z } from 'zod';
import { deviceProfile } from '../calibration/device-profile.ts';
import { ceilings } from './ceilings/records.ts';
import { runFile } from './run-file.ts';
import { studySummary } from './study/records.ts';
import { studyAnalysis } from './study-analysis/records.ts';
import { trainResult } from './train/records.ts';

/** JSON Schema (draft 2020-12) of every JSON file that a command writes, by file name. */
export function jsonSchemas(): Record<string, object> {
  const files = {
    'device.json': deviceProfile,
    'run.json': runFile,
    'ceilings.json': ceilings,
    'study.json': studySummary,
    'study-analysis.json': studyAnalysis,
    'result.json': trainResult,
  };
  return Object.fromEntries(Object.entries(files).map(([name, schema]) => [name, z.toJSONSchema(schema)]));
}
