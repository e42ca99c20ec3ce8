// Fits the committed measurements again and compares with the committed accuracy: npm run -s accuracy-baseline [-- --update].
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { DeviceProfile } from '../calibration/device-profile.ts';
import { fitRun } from '../experiments/calibrate/fit-run.ts';
import { readJsonFile } from '../records/json-file.ts';
import { parsedJson } from '../records/json-text.ts';
import { writeJson } from '../records/run-file.ts';
import { UserError } from '../records/user-error.ts';

/** Of a profile, on the networks kept for reporting: mean absolute error, and the share of networks within 5 %. */
const accuracy = z.object({ mape: z.number(), within5: z.number() });
export type Accuracy = z.infer<typeof accuracy>;

/** By name of the folder in profiles/measurements. */
const accuracyBaseline = z.record(z.string(), accuracy);
export type AccuracyBaseline = z.infer<typeof accuracyBaseline>;

export const UPDATE_COMMAND = 'npm run -s accuracy-baseline -- --update';

/** Floating point differs a little between machines. */
const SLACK = 1.03;

const fileOf = (root: string) => join(root, 'test', 'fixtures', 'accuracy-baseline.json');
const measurementsOf = (root: string) => join(root, 'profiles', 'measurements');

/** @throws UserError if the file is missing or broken */
export function readAccuracyBaseline(root: string): AccuracyBaseline {
  const path = fileOf(root);
  const advice = { expected: 'the accuracy of each committed profile', fix: UPDATE_COMMAND };
  return parsedJson(readJsonFile(path, advice), accuracyBaseline, advice, path);
}

/** Names of all committed measurements. */
export function measuredProfiles(root: string): string[] {
  return readdirSync(measurementsOf(root)).sort();
}

/** Fits a profile to committed measurements, as they were taken; the shipped one is left alone. */
export function refitMeasurements(root: string, name: string): DeviceProfile {
  const out = mkdtempSync(join(tmpdir(), 'morphline-refit-'));
  try {
    const folder = join(measurementsOf(root), name);
    for (const file of readdirSync(folder)) {
      const from = join(folder, file);
      if (file.endsWith('.gz')) writeFileSync(join(out, file.slice(0, -3)), gunzipSync(readFileSync(from)));
      else copyFileSync(from, join(out, file));
    }
    return fitRun(out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Rounded as they are committed: the error to a thousandth of a percent, the share down to a tenth of one. */
export function accuracyOf({ validation }: Pick<DeviceProfile, 'validation'>): Accuracy {
  return {
    mape: Number(validation.mape.toFixed(5)),
    within5: Math.floor(validation.within5 * 1000) / 1000,
  };
}

/**
 * What became worse than rounding explains: the old figures, the new ones, and the command that accepts them; null if
 * nothing did.
 */
export function worsened(name: string, old: Accuracy, now: Accuracy): string | null {
  const worse = [];
  if (now.mape >= SLACK * old.mape)
    worse.push(`mape ${old.mape} → ${now.mape} (less than ${(SLACK * old.mape).toFixed(5)} is accepted)`);
  if (now.within5 < old.within5) worse.push(`within5 ${old.within5} → ${now.within5}`);
  if (worse.length === 0) return null;
  return `${name}: ${worse.join(', ')}; if the fit is meant to be so, ${UPDATE_COMMAND}`;
}

function compare(name: string, old: Accuracy | undefined, now: Accuracy): { line: string; isWorse: boolean } {
  if (old === undefined) {
    return {
      line: `NEW   ${name}: mape ${now.mape}, within5 ${now.within5}; ${UPDATE_COMMAND}`,
      isWorse: true,
    };
  }
  const worse = worsened(name, old, now);
  if (worse !== null) return { line: `WORSE ${worse}`, isWorse: true };
  const line = `ok    ${name}: mape ${old.mape} → ${now.mape}, within5 ${old.within5} → ${now.within5}`;
  return { line, isWorse: false };
}

/**
 * A line per profile, old → new figures; `--update` writes the new ones.
 * @param refit fits one of the committed measurements
 * @returns the exit code: 1 if one is worse than committed, or not yet committed
 * @throws UserError for other flags, or a broken file of figures
 */
export function main(
  root: string,
  flags: readonly string[],
  refit: (root: string, name: string) => Pick<DeviceProfile, 'validation'> = refitMeasurements,
): number {
  const isUpdate = flags[0] === '--update';
  if (flags.length > (isUpdate ? 1 : 0)) {
    throw new UserError({ got: flags.join(' '), expected: 'nothing, or --update', fix: UPDATE_COMMAND });
  }
  const old = readAccuracyBaseline(root);
  const now: AccuracyBaseline = {};
  let failed = false;
  for (const name of measuredProfiles(root)) {
    const figures = accuracyOf(refit(root, name));
    now[name] = figures;
    const { line, isWorse } = compare(name, old[name], figures);
    failed ||= isWorse;
    process.stdout.write(`${line}\n`);
  }
  if (!isUpdate) return failed ? 1 : 0;
  writeJson(fileOf(root), now);
  process.stdout.write(`written: ${fileOf(root)}\n`);
  return 0;
}
