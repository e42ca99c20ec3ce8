// What `compare` and `explain` are given: networks by zoo name, file, widths or finished run, or device profiles.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATASHEET_DEVICES } from '../calibration/datasheet-devices.ts';
import { DEVICE_SCHEMA, type Device } from '../calibration/device-profile.ts';
import { openDevice } from '../calibration/open-device.ts';
import type { Contestant } from '../experiments/compare/compare-networks.ts';
import { isRunFolder, resultNetwork } from '../experiments/results/result-networks.ts';
import type { OpenedModel } from '../network/model-file.ts';
import { resizeNetwork } from '../network/widths.ts';
import type { EngineDescription } from '../records/engine-description.ts';
import { readJsonFile } from '../records/json-file.ts';
import { UserError } from '../records/user-error.ts';
import { openModel, sizedPlan } from './models.ts';
import type { SizeFlags } from './open-sizes.ts';
import { positiveNumber, type WidthFlags } from './options.ts';
import { ownFile } from './own-file.ts';

/** A network, and what it was opened from. */
export interface OpenedContestant extends Omit<Contestant, 'file'> {
  readonly model: string;
  readonly opened: OpenedModel;
  readonly widths: WidthFlags;
}

/** `inception-v2@0.5`, `FILE@widths.json`, `FOLDER@shrunk`: what it is of, and which or how wide. */
function parted(text: string): { readonly of: string; readonly at?: string } {
  const at = text.lastIndexOf('@');
  return at <= 0 || existsSync(text) ? { of: text } : { of: text.slice(0, at), at: text.slice(at + 1) };
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

/** Whether a JSON file is a device profile, of this version or another. */
function isProfile(path: string): boolean {
  if (!path.endsWith('.json') || !existsSync(path)) return false;
  try {
    const value = readJsonFile(path, { expected: '', fix: '' }) as { schema?: unknown } | null;
    return String(value?.schema).startsWith(DEVICE_SCHEMA.replace(/@.*/, '@'));
  } catch {
    return false;
  }
}

/** The path or name of a device, where the text names one: a datasheet, a profile, or a calibration's folder. */
export function deviceNamed(text: string): string | null {
  if (isFolder(text)) {
    const profile = join(text, 'device.json');
    return existsSync(profile) ? profile : null;
  }
  return DATASHEET_DEVICES.some(({ name }) => name === text) || isProfile(text) ? text : null;
}

/** @throws UserError as `openDevice` */
export const openNamedDevice = (text: string): Device => openDevice(deviceNamed(text) ?? text);

/**
 * Opens what is to be compared.
 * @throws UserError for what is not there, and for widths that do not fit
 */
export async function openContestant(text: string, sizes: SizeFlags): Promise<OpenedContestant> {
  const { of, at } = parted(text);
  if (isFolder(of) && isRunFolder(of)) {
    const network = resultNetwork(of, at);
    return { name: text, network, model: of, opened: { network }, widths: {} };
  }
  const widths: WidthFlags =
    at === undefined
      ? {}
      : at.endsWith('.json')
        ? { widths: at }
        : { widthMultiplier: positiveNumber('width-multiplier')(at) };
  const opened = await openModel(of, sizes);
  const { plan, widths: group } = sizedPlan(opened.network, widths);
  return { name: text, network: resizeNetwork(plan, group), model: of, opened, widths };
}

/**
 * Examples per inference of all: what a flag says, else what files fix, else one.
 * @throws UserError for files that fix different ones
 */
export function commonBatch(contestants: readonly OpenedContestant[], flag: number | undefined): number {
  if (flag !== undefined) return flag;
  const fixed = contestants.flatMap(({ name, opened }) =>
    opened.batch === undefined || opened.batch === null ? [] : [{ name, batch: opened.batch }],
  );
  const [first] = fixed;
  const other = fixed.find(({ batch }) => batch !== first?.batch);
  if (first === undefined) return 1;
  if (other === undefined) return first.batch;
  throw new UserError({
    got: `${first.name} at batch ${first.batch} and ${other.name} at batch ${other.batch}`,
    expected: 'one batch size for both',
    fix: 'export them alike, or give --batch to time both as we rewrite them',
  });
}

/** What is timed: a file that the engine runs as it is, unless it is asked for as we rewrite it. */
export function timedContestant(
  { name, network, model, opened, widths }: OpenedContestant,
  { batch, deployed }: { readonly batch: number; readonly deployed?: boolean },
  engine: EngineDescription,
): Contestant {
  const file = deployed === true ? undefined : ownFile(model, opened, { ...widths, batch }, engine);
  return { name, network, ...(file === undefined ? {} : { file }) };
}
