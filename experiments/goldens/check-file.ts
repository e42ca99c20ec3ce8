// A file of reference figures, told by what it holds and checked as such.
import type { z } from 'zod';
import { readJsonFile } from '../../records/json-file.ts';
import { parsedJson } from '../../records/json-text.ts';
import { UserError } from '../../records/user-error.ts';
import { checkCases, goldenCases } from './check-cases.ts';
import { checkLayers, goldenLayers } from './check-layers.ts';
import { checkSamples, goldenSamples } from './check-samples.ts';
import type { CheckResult } from './differences.ts';

/**
 * Checks a file of reference figures of Google's morph-net: layers of networks, regularizer cases, or sub-network
 * samples, told apart by what it holds.
 * @throws UserError for a file of none of these formats
 */
export function checkGoldens(path: string): CheckResult[] {
  const value = readJsonFile(path, {
    expected: 'a JSON file of reference figures',
    fix: 'correct the path or the file',
  });
  const advice = { expected: 'reference figures as their README describes them', fix: 'correct the file' };
  const parsed = <T>(schema: z.ZodType<T>): T => parsedJson(value, schema, advice, path);
  const holds = (key: string) => value !== null && typeof value === 'object' && key in value;
  if (holds('variants')) return checkLayers(parsed(goldenLayers));
  if (holds('cases')) return checkCases(parsed(goldenCases));
  if (holds('samples')) return checkSamples(parsed(goldenSamples));
  throw new UserError({
    got: `${path} without variants, cases or samples`,
    expected: 'one of them',
    fix: 'name a file of reference figures',
  });
}
