// What `morphline profile` does: measures a network layer by layer, or how well timings of its sub-networks repeat.
import { resolve } from 'node:path';
import { type Device, openDevice } from '../../calibration/device-profile.ts';
import { measuredLike } from '../../calibration/profiled-network.ts';
import { type ProfileOptions, profileNetwork } from '../../experiments/profile/profile.ts';
import { measureRepeatability } from '../../experiments/profile/repeatability.ts';
import { checkRunSize } from '../../network/channel-limit.ts';
import type { Network } from '../../network/network.ts';
import { weightShapes } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { engineNamed } from '../../profiler/engines/registry.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import { batchOf, openModel, sizedPlan } from '../models.ts';
import type { SizeFlags } from '../open-sizes.ts';
import type { CommonFlags, WidthFlags } from '../options.ts';
import { printJson, progressBar } from '../terminal.ts';
import { printProfile, printRepeatability } from './profile-text.ts';

export interface ProfileFlags extends CommonFlags, WidthFlags, SizeFlags {
  readonly engine?: string;
  readonly device?: string;
  readonly deployed?: boolean;
  readonly batch?: number;
  readonly threads: number;
  readonly seed: number;
  readonly budget: number;
}

/**
 * The file to be timed as it is: one that the engine runs, at its own widths. Kernels of files are told apart on CPUs.
 */
function fileAsItIs(
  model: string,
  { deployed, widths, widthMultiplier }: ProfileFlags,
  { engine, hardware }: EngineDescription,
): string | undefined {
  const isOwn = deployed !== true && widths === undefined && widthMultiplier === undefined;
  const runs = engineNamed(engine).runsFiles?.test(model) === true && hardware === 'cpu';
  return isOwn && runs ? resolve(model) : undefined;
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
  work: (options: ProfileOptions) => Promise<T>,
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
  // A file that fixes its batch runs at no other.
  const isItsBatch = (opened.batch ?? batch) === batch;
  // Nor is a file of floats what a profile of 8 bits speaks of.
  const isFile = isItsBatch && network === resized;
  const file = isFile ? fileAsItIs(model, flags, measurer.description) : undefined;
  const own = file === undefined ? {} : { file };
  try {
    return await work({ measurer, network, ...own, batch, seed, budgetSeconds, onProgress: bar.update });
  } finally {
    bar.finish();
    await measurer.close();
  }
}

/** @throws UserError for a network, device or engine that is not there, and for widths that do not fit */
export async function profile(model: string, flags: ProfileFlags): Promise<void> {
  const device: Device | undefined = flags.device === undefined ? undefined : openDevice(flags.device);
  const profiled = await measuring(
    model,
    flags,
    (options) => profileNetwork({ ...options, ...(device === undefined ? {} : { device }) }),
    device,
  );
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
  const result = await measuring(model, flags, (options) => measureRepeatability(options, networks));
  if (flags.json === true) printJson(result);
  else printRepeatability(result);
}
