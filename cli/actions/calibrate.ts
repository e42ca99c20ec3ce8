// What `morphline calibrate` does: measures and fits a device profile, or fits one again, and tells its errors.
import { join } from 'node:path';
import pc from 'picocolors';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { calibrate } from '../../experiments/calibrate/calibrate.ts';
import { fitRun } from '../../experiments/calibrate/fit-run.ts';
import type { Network } from '../../network/network.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { warnOfLeftOut } from '../left-out.ts';
import { openNetwork } from '../models.ts';
import type { CommonFlags } from '../options.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { calibrationSummary } from './calibration-summary.ts';

export interface CalibrateFlags extends CommonFlags {
  readonly engine?: string;
  readonly network: string[];
  readonly batch: number;
  readonly threads: number;
  readonly seed: number;
  readonly budget: number;
  readonly out: string;
  readonly table?: boolean;
  readonly validate: string[];
  readonly refit?: string;
}

/** A budget overrun by this factor is told: it was less than the least plan needs. */
const LATE = 1.5;

function networksOf(names: readonly string[]): Promise<Network[]> {
  return Promise.all(names.map(openNetwork));
}

async function calibrated(flags: CalibrateFlags): Promise<DeviceProfile> {
  const networks = await networksOf(flags.network);
  const validate = await networksOf(flags.validate);
  const engine = await openIsolated({ engine: flags.engine, threads: flags.threads });
  const bar = progressBar('calibrate', flags.quiet === true);
  const startMs = performance.now();
  try {
    return await calibrate({
      engine,
      networks,
      batch: flags.batch,
      seed: flags.seed,
      budgetSeconds: flags.budget,
      table: flags.table === true,
      validate,
      out: flags.out,
      onProgress: bar.update,
    });
  } finally {
    await engine.close();
    bar.finish();
    const seconds = (performance.now() - startMs) / 1e3;
    if (seconds > LATE * flags.budget) {
      process.stderr.write(
        `the least that can be fitted and validated took ${seconds.toFixed(0)} s, more than the ${flags.budget} s of --budget\n`,
      );
    }
  }
}

/** @throws UserError for a network or engine that is not there, and for a folder of another run */
export async function runCalibration(flags: CalibrateFlags): Promise<void> {
  const { refit, network, validate } = flags;
  const out = refit ?? flags.out;
  const profile =
    refit === undefined
      ? await calibrated(flags)
      : fitRun(refit, await networksOf([...network, ...validate]));
  warnOfLeftOut(out);
  if (flags.json === true) {
    const { name, roofline, chosen, reason, validation } = profile;
    printJson({ name, device: join(out, 'device.json'), roofline, chosen, reason, validation });
    return;
  }
  print(calibrationSummary(profile));
  print(`\n${pc.dim('profile:')} ${join(out, 'device.json')}`);
}
