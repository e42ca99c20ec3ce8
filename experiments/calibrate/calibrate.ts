import { join } from 'node:path';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { probeNetworks } from '../../calibration/propose/probe-networks.ts';
import {
  COUNTS,
  type ProposedSample,
  proposeOthers,
  proposeSamples,
  proposeTableSamples,
  TABLE_COUNTS,
} from '../../calibration/propose/propose-samples.ts';
import type { Network } from '../../network/network.ts';
import { requireVariableWidths } from '../../network/variable-widths.ts';
import type { Engine } from '../../profiler/engines/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import { type Measurer, measurerOf } from '../../profiler/timing/measurer.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { decidedOnce, openRun } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import {
  drawSample,
  type Family,
  familyOf,
  measurementFiles,
  measureSamples,
} from '../samples/measure-samples.ts';
import { fitRun } from './fit-run.ts';
import { affordablePlan, othersSeconds, TARGETED_LOADS, targetedSeconds, trialRuns } from './plan.ts';
import { targetedSamples } from './targeted-samples.ts';

export interface CalibrateOptions {
  /** An open engine measures in this process; an isolated measurer in children of it. */
  readonly engine: Engine | Measurer;
  /** The family: sub-networks of these are measured. */
  readonly networks: readonly Network[];
  readonly batch: number;
  readonly seed: number;
  readonly budgetSeconds: number;
  /** A table of one network's own kernels over a grid of its widths, instead of a family. */
  readonly table?: boolean;
  /** Other families to validate on; nothing of them is fitted. */
  readonly validate?: readonly Network[];
  /** Folder for run.json, device.json and the files of the measurements. */
  readonly out: string;
  readonly name?: string;
  readonly onProgress?: ProgressListener;
}

/** Of the budget; the rest goes into reading the recordings and fitting. */
const MEASURING_SHARE = 0.87;
/** Taken even if the machine turns out slower than on trial; the plan is made for more. */
const MIN_ROUNDS = 4;
const MAX_ROUNDS = 60;

/**
 * Calibrates a device: measures probe kernels and random sub-networks in shuffled rounds, fits the ladder of device
 * models, validates it on networks that were not used for the fit, and writes `device.json`.
 * A killed run goes on after its last sample.
 */
export async function calibrate(options: CalibrateOptions): Promise<DeviceProfile> {
  const { batch, seed, out, budgetSeconds } = options;
  const measurer = measurerOf(options.engine);
  const { description } = measurer;
  const startMs = performance.now();
  const machine = await describeMachine();
  const { table = false, validate = [] } = options;
  if (table && options.networks.length !== 1) {
    throw new UserError({
      got: `a table of ${options.networks.length} networks`,
      expected: 'one network',
      fix: 'give --table one --network',
    });
  }
  const family = new Map(options.networks.map((network) => [network.name, familyOf(network)]));
  for (const each of family.values()) requireVariableWidths(each.plan);
  const probes = new Map(probeNetworks().map((network) => [network.name, familyOf(network)]));
  const others = new Map(validate.map((network) => [network.name, familyOf(network)]));
  openRun(out, {
    command: 'calibrate',
    settings: {
      engine: engineChoice(description),
      threads: description.threads,
      rules: description.rules,
      networks: [...family.keys()],
      batch,
      seed,
      budgetSeconds,
      ...(table ? { table } : {}),
      ...(validate.length > 0 ? { validate: validate.map(({ name }) => name) } : {}),
    },
    context: { engine: description, machine },
  });
  options.onProgress?.({ fraction: 0, text: 'trial run' });
  const plan = await decidedOnce(join(out, 'plan.json'), async () => {
    const trials = await trialRuns(measurer, [...family.values()], batch, seed);
    const left = MEASURING_SHARE * budgetSeconds - (performance.now() - startMs) / 1e3;
    const decided = affordablePlan(
      trials,
      left - othersSeconds(trials, validate.length),
      table ? TABLE_COUNTS : COUNTS,
    );
    return { ...decided, targetedSeconds: targetedSeconds(trials, decided) };
  });
  const drawn = (proposed: ProposedSample) => {
    const { network } = proposed;
    const found = family.get(network) ?? probes.get(network) ?? others.get(network);
    if (found === undefined) throw new Error(`no network ${network} in this calibration`);
    return drawSample(proposed, found, seed);
  };
  const measured = {
    measurer,
    batch,
    seed,
    out,
    maxRounds: MAX_ROUNDS,
    sentinelFamily: [...family.values()][0] as Family,
  };
  const deadlineMs = startMs + MEASURING_SHARE * budgetSeconds * 1e3;
  const targetedShare = Math.min(0.5, plan.targetedSeconds / budgetSeconds);
  const first = [
    ...[...probes.keys()].map(
      (network, sample) => ({ network, sample, role: 'probe', law: 'probe' }) as const,
    ),
    ...(table
      ? proposeTableSamples([...family.keys()][0] as string, plan)
      : proposeSamples([...family.keys()], plan)),
    ...proposeOthers([...others.keys()]),
  ];
  await measureSamples({
    ...measured,
    samples: first.map(drawn),
    loads: plan.loads,
    minRounds: Math.max(plan.loads, MIN_ROUNDS),
    deadlineMs: deadlineMs - plan.targetedSeconds * 1e3,
    onProgress: partOf(options.onProgress, 0, 1 - targetedShare),
  });
  if (plan.targeted > 0) {
    const files = measurementFiles(out);
    const targeted = await decidedOnce(join(out, 'targeted.json'), async () =>
      targetedSamples(files.kernels.read(), family, {
        count: plan.targeted,
        seed,
        batch,
        rules: measurer.rules,
      }),
    );
    await measureSamples({
      ...measured,
      samples: targeted.map(drawn),
      loads: TARGETED_LOADS,
      firstBlock: 1 + Math.max(0, ...files.networks.read().map(({ block }) => block)),
      minRounds: MIN_ROUNDS,
      deadlineMs,
      onProgress: partOf(options.onProgress, 1 - targetedShare, 1),
    });
  }
  return fitRun(out, [...options.networks, ...validate], options.name);
}
