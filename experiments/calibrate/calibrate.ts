// A calibration session: propose, measure, fit.

import { join } from 'node:path';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { withMeasurer } from '../../profiler/timing/with-measurer.ts';
import { holdingFolder } from '../../records/folder-lock.ts';
import { decidedOnce } from '../../records/run-file.ts';
import type { CalibrateOptions, SessionOptions } from './calibrate-options.ts';
import { calibrateSettings } from './calibrate-settings.ts';
import { fitRun } from './fit-run.ts';
import { measureFirst, measureTargeted } from './measure-session.ts';
import { decidedPlan, decidePlan } from './plan.ts';
import { openSession } from './session.ts';
import { calibrateFrom } from './transfer-session.ts';
import { trialRuns } from './trial-runs.ts';

/** Of the budget; the rest goes into reading the recordings and fitting. */
const MEASURING_SHARE = 0.87;

/**
 * Calibrates a device and writes `device.json`:
 *
 *     open the run ─▶ plan, by trial runs ─▶ measure first networks ─▶ measure targeted ones ─▶ fit, validate, write
 *       run.json         plan.json          rounds.csv … networks.csv      targeted.json            device.json
 *
 * With profiles to start `from`, a few networks re-scale one of them (`transfer-session.ts`).
 *
 * The ladder of device models is validated on networks that were not used for the fit. A killed run goes on after its
 * last sample.
 * @returns the profile: `deviceFrom(profile)` is a device to predict on or to train for
 * @throws UserError for a setting or an engine that there is not, networks that cannot be measured, and a folder of another
 * run or another process
 */
export async function calibrate(options: CalibrateOptions): Promise<DeviceProfile> {
  const { engine: _engine, threads: _threads, ...others } = options;
  const settings = { ...others, ...calibrateSettings.complete(options) };
  const { from = [] } = options;
  return holdingFolder(options.out, 'calibrate', () =>
    withMeasurer(options, (measurer) => {
      const session = { ...settings, measurer };
      return from.length > 0 ? calibrateFrom(from, session) : calibrateHere(session);
    }),
  );
}

async function calibrateHere(options: SessionOptions): Promise<DeviceProfile> {
  const { networks, validate = [], out, batch, seed, table, budgetSeconds, measurer } = options;
  const session = await openSession(options);
  const { families, startMs } = session;
  const deadlineMs = startMs + MEASURING_SHARE * budgetSeconds * 1e3;
  options.onProgress?.({ fraction: 0, text: 'trial run' });
  const plan = await decidedOnce(join(out, 'plan.json'), decidedPlan, async () => {
    const trials = await trialRuns(measurer, [...families.values()], batch, seed);
    const seconds = (deadlineMs - performance.now()) / 1e3;
    return decidePlan(trials, seconds, { others: validate.length, table });
  });
  await measureFirst(session, plan, options, deadlineMs);
  await measureTargeted(session, plan, options, deadlineMs);
  return fitRun(out, [...networks, ...validate], { name: options.name });
}
