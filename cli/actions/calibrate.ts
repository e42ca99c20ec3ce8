// What `morphline calibrate` does: measures and fits a device profile, or fits one again, and tells its errors.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { openDevice } from '../../calibration/open-device.ts';
import { calibrate } from '../../experiments/calibrate/calibrate.ts';
import type { CalibrateFlags } from '../../experiments/calibrate/calibrate-settings.ts';
import { fitRun } from '../../experiments/calibrate/fit-run.ts';
import { fitTransferRun, keptPriors } from '../../experiments/calibrate/transfer-session.ts';
import type { Network } from '../../network/network.ts';
import { ZOO } from '../../network/zoo/index.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { holdingFolder } from '../../records/folder-lock.ts';
import { UserError } from '../../records/user-error.ts';
import { deviceNamed } from '../contestants.ts';
import { warnOfLeftOut } from '../left-out.ts';
import { openNetwork } from '../models.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { calibrationSummary } from './calibration-summary.ts';

/** A budget overrun by this factor is told: it was less than the least plan needs. */
const LATE = 1.5;

function networksOf(names: readonly string[], flags: CalibrateFlags): Promise<Network[]> {
  // Sizes are for the files among them.
  return Promise.all(names.map((name) => openNetwork(name, Object.hasOwn(ZOO, name) ? {} : flags)));
}

/** @throws UserError for a datasheet device: it says nothing of kernels */
function openProfile(text: string): DeviceProfile {
  const device = openDevice(deviceNamed(text) ?? text);
  if (device.kind === 'measured') return device.profile;
  throw new UserError({
    got: `--from ${text}, a datasheet`,
    expected: 'a device.json that `morphline calibrate` wrote',
    fix: 'name one, or calibrate without --from',
  });
}

async function calibrated(flags: CalibrateFlags): Promise<DeviceProfile> {
  const { batch, seed, budgetSeconds, few, table, int8, out, threads, quiet } = flags;
  const from = flags.from.map(openProfile);
  const networks = await networksOf(flags.network, flags);
  const validate = await networksOf(flags.validate, flags);
  const engine = await openIsolated({ engine: flags.engine ?? undefined, threads });
  const bar = progressBar('calibrate', quiet);
  const startMs = performance.now();
  try {
    const settings = { batch, seed, budgetSeconds, table, int8 };
    return await calibrate({
      ...settings,
      few,
      engine,
      networks,
      validate,
      from,
      out,
      onProgress: bar.update,
    });
  } finally {
    await engine.close();
    bar.finish();
    const seconds = (performance.now() - startMs) / 1e3;
    if (seconds > LATE * budgetSeconds) {
      process.stderr.write(
        `the least that can be fitted and validated took ${seconds.toFixed(0)} s, more than the ${budgetSeconds} s of --budget\n`,
      );
    }
  }
}

function refitted(directory: string, networks: readonly Network[]): Promise<DeviceProfile> {
  // A folder that is not there is for the fit to tell, not to be made.
  if (!existsSync(directory)) return Promise.resolve(fitRun(directory));
  return holdingFolder(directory, 'calibrate', () =>
    keptPriors(directory).length > 0
      ? fitTransferRun(directory, networks, { anew: true })
      : fitRun(directory, networks, { anew: true }),
  );
}

/** @throws UserError for a network or engine that is not there, and for a folder of another run */
export async function runCalibration(flags: CalibrateFlags): Promise<void> {
  const { refit, network, validate } = flags;
  const out = refit ?? flags.out;
  const profile =
    refit === null
      ? await calibrated(flags)
      : await refitted(refit, await networksOf([...network, ...validate], flags));
  warnOfLeftOut(out);
  if (flags.json) {
    const { name, roofline, chosen, reason, validation } = profile;
    printJson({ name, device: join(out, 'device.json'), roofline, chosen, reason, validation });
    return;
  }
  print(calibrationSummary(profile));
  print(`\n${pc.dim('profile:')} ${join(out, 'device.json')}`);
}
