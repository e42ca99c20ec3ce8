// What `morphline profile` does: measures a network layer by layer, or how well timings of its sub-networks repeat.
import type { Device } from '../../calibration/device-profile.ts';
import { openDevice } from '../../calibration/open-device.ts';
import { measuredLike } from '../../calibration/profiled-network.ts';
import { type ProfileOptions, profileNetwork } from '../../experiments/profile/profile.ts';
import { measureRepeatability } from '../../experiments/profile/repeatability.ts';
import { checkRunSize } from '../../network/channel-limit.ts';
import type { OpenedModel } from '../../network/model-file.ts';
import type { Network } from '../../network/network.ts';
import { weightShapes } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { UserError } from '../../records/user-error.ts';
import { batchOf, openModel, sizedPlan } from '../models.ts';
import type { SizeFlags } from '../open-sizes.ts';
import type { CommonFlags, WidthFlags } from '../options.ts';
import { ownFile } from '../own-file.ts';
import { printJson, progressBar } from '../terminal.ts';
import { deployedFile } from './export.ts';
import { checkOutputs, type OutputFlags, writeOutputs } from './profile-outputs.ts';
import { printProfile, printRepeatability } from './profile-text.ts';

export interface ProfileFlags extends CommonFlags, WidthFlags, SizeFlags, OutputFlags {
  readonly engine?: string;
  readonly device?: string;
  readonly deployed?: boolean;
  readonly batch?: number;
  readonly threads: number;
  readonly seed: number;
  readonly budget: number;
}

/** Values of all weights. */
function parametersOf(network: Network): number {
  return weightShapes(network).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
}

/** What `work` finds on an engine that is open, with a progress bar, as long as it takes. */
async function measuring<T>(
  model: string,
  flags: ProfileFlags,
  work: (options: ProfileOptions, opened: OpenedModel) => Promise<T>,
  device?: Device,
): Promise<T> {
  const { seed, threads, engine, budget: budgetSeconds } = flags;
  const opened = await openModel(model, flags);
  const batch = batchOf(opened, flags.batch);
  const { plan, widths } = sizedPlan(opened.network, flags);
  checkRunSize(plan.shapes, batch, parametersOf(plan.network));
  const measurer = await openIsolated({ threads, ...(engine === undefined ? {} : { engine }) });
  const bar = progressBar('profile', flags.quiet === true || flags.json === true);
  const resized = resizeNetwork(plan, widths);
  const network = measuredLike(resized, device === undefined ? [] : [device]);
  // A file of floats is not what a profile of 8 bits speaks of.
  const isFile = flags.deployed !== true && network === resized;
  const file = isFile ? ownFile(model, opened, { ...flags, batch }, measurer.description) : undefined;
  const own = file === undefined ? {} : { file };
  try {
    return await work(
      { measurer, network, ...own, batch, seed, budgetSeconds, onProgress: bar.update },
      opened,
    );
  } finally {
    bar.finish();
    await measurer.close();
  }
}

/** @throws UserError for a network, device or engine that is not there, and for widths that do not fit */
export async function profile(model: string, flags: ProfileFlags): Promise<void> {
  const device: Device | undefined = flags.device === undefined ? undefined : openDevice(flags.device);
  checkOutputs(model, flags);
  const measure = async (options: ProfileOptions, opened: OpenedModel) => {
    const profile = await profileNetwork({ ...options, ...(device === undefined ? {} : { device }) });
    const { network, file, batch } = options;
    const exported = () => deployedFile(opened, { ...flags, batch });
    return {
      profiled: profile,
      shown: { profile, network, exported, ...(file === undefined ? {} : { file }) },
    };
  };
  const { profiled, shown } = await measuring(model, flags, measure, device);
  await writeOutputs(flags, shown);
  if (flags.json === true) printJson(profiled);
  else printProfile(profiled, device?.name);
}

/**
 * Measures random sub-networks in two separate passes instead.
 * @throws UserError as {@link profile}
 */
export async function profileRepeatability(
  model: string,
  flags: ProfileFlags,
  networks: number,
): Promise<void> {
  if (flags.trace !== undefined || flags.overlay !== undefined) {
    throw new UserError({
      got: `--repeat with --${flags.trace === undefined ? 'overlay' : 'trace'}`,
      expected: 'one of them: kernels are not timed when passes are compared',
      fix: 'leave the other out',
    });
  }
  const result = await measuring(model, flags, (options) => measureRepeatability(options, networks));
  if (flags.json === true) printJson(result);
  else printRepeatability(result);
}
