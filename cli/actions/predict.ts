// What `morphline predict` does: one network at one size or at many, on one device or on two.
import { openDevice } from '../../calibration/open-device.ts';
import { defaultView, type View } from '../../calibration/predict.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { UserError } from '../../records/user-error.ts';
import { batchOf, openModel, sizedPlan } from '../models.ts';
import type { SizeFlags } from '../open-sizes.ts';
import type { CommonFlags } from '../options.ts';
import { holdsMany, readStructures } from '../structures.ts';
import { compareDevices } from './predict-compare.ts';
import { predictOne } from './predict-one.ts';
import { predictStructures } from './predict-structures.ts';

export interface PredictFlags extends CommonFlags, SizeFlags {
  readonly device?: string;
  readonly compare?: readonly string[];
  readonly widths: readonly string[];
  readonly widthMultiplier?: number;
  readonly batch?: number;
  readonly view?: View;
}

/** Whether the flags give more than one structure. */
function hasMany({ widths }: PredictFlags): boolean {
  const [path] = widths;
  return widths.length > 1 || (path !== undefined && holdsMany(path));
}

/** The plan and widths of the one structure that the flags give, or of the full network. */
async function oneSize(model: string, flags: PredictFlags) {
  const {
    widths: [path],
    widthMultiplier,
  } = flags;
  const opened = await openModel(model, flags);
  const sized = sizedPlan(opened.network, {
    ...(path === undefined ? {} : { widths: path }),
    ...(widthMultiplier === undefined ? {} : { widthMultiplier }),
  });
  return { sized, batch: batchOf(opened, flags.batch), notes: opened.notes ?? [] };
}

async function compare(model: string, names: readonly string[], flags: PredictFlags): Promise<void> {
  if (hasMany(flags)) {
    throw new UserError({
      got: `--compare with the widths of ${flags.widths.join(', ')}`,
      expected: 'one file of widths',
      fix: 'leave --compare out, or predict on one device after the other',
    });
  }
  const { json = false, view } = flags;
  const { sized, batch } = await oneSize(model, flags);
  compareDevices(sized, names, {
    batch,
    json,
    ...(view === undefined ? {} : { view }),
  });
}

async function predictMany(model: string, deviceName: string, flags: PredictFlags): Promise<void> {
  const { json = false, widths, widthMultiplier } = flags;
  if (widthMultiplier !== undefined) {
    throw new UserError({
      got: `--widths ${widths[0]} and --width-multiplier ${widthMultiplier}`,
      expected: 'one of them',
      fix: 'leave the other out',
    });
  }
  const opened = await openModel(model, flags);
  const batch = batchOf(opened, flags.batch);
  const plan = planChannels(opened.network);
  const device = openDevice(deviceName);
  const view = flags.view ?? defaultView(device);
  predictStructures(plan, readStructures(widths), device, { batch, view, json });
}

/** @throws UserError for flags that do not go together, and for what they name that is not there */
export async function predict(model: string, flags: PredictFlags): Promise<void> {
  if (flags.compare !== undefined) return compare(model, flags.compare, flags);
  if (flags.device === undefined) {
    throw new UserError({
      got: 'predict without --device',
      expected: 'a datasheet device or the path of a device.json',
      fix: 'add --device p100, or calibrate one',
    });
  }
  if (hasMany(flags)) return predictMany(model, flags.device, flags);
  const { json = false, widthMultiplier } = flags;
  const device = openDevice(flags.device);
  const { sized, batch, notes } = await oneSize(model, flags);
  predictOne(sized, device, {
    batch,
    notes,
    json,
    view: flags.view ?? defaultView(device),
    ...(widthMultiplier === undefined ? {} : { widthMultiplier }),
  });
}
