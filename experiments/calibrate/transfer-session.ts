// A calibration from known profiles: a handful of networks re-scales the one that fits best.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type DeviceProfile, deviceProfile, parseDeviceProfile } from '../../calibration/device-profile.ts';
import {
  type ProposedSample,
  proposeCandidates,
  proposedSample,
} from '../../calibration/propose/propose-samples.ts';
import { chooseNetworks } from '../../calibration/transfer/choose-networks.ts';
import { priorOf, transferProfile } from '../../calibration/transfer/transfer-profile.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import type { Network } from '../../network/network.ts';
import { parsedJson } from '../../records/json-text.ts';
import { readText } from '../../records/read-bytes.ts';
import { decidedOnce, writeJson } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { drawSample, type Family } from '../samples/family.ts';
import { measureSamples } from '../samples/measure-samples.ts';
import type { SessionOptions } from './calibrate-options.ts';
import { type ReadRunOptions, readMeasuredRun } from './measured-run.ts';
import { openSession, type Session } from './session.ts';

const FEW = 8;
/** Networks that the few are chosen from. */
const CANDIDATES = 64;
/** Few networks are told well by few rounds: what a session of twenty seconds has. */
const MEASURED = { loads: 3, leastLoads: 2, minRounds: 4, maxRounds: 12 } as const;

/** Of the budget; the rest goes into choosing and fitting. */
const MEASURING_SHARE = 0.75;

const priorFile = (index: number) => `prior-${index + 1}.json`;
const PRIOR = /^prior-(\d+)\.json$/;

/** The few networks that tell most of how this device differs from the priors. */
function chosenSamples(
  { families, measurer }: Session,
  priors: readonly DeviceProfile[],
  { few = FEW, seed, batch }: SessionOptions,
): ProposedSample[] {
  const own = priors.map((profile) => priorOf(profile, measurer.description.rules));
  const lowerings = new Map(
    [...families].map(([name, { network }]) => [name, new Lowering(network, measurer.rules, batch)]),
  );
  const candidates = proposeCandidates([...families.keys()], CANDIDATES);
  const kernels = candidates.map((proposed) => {
    const { network } = proposed;
    const { widths } = drawSample(proposed, families.get(network) as Family, seed);
    return (lowerings.get(network) as Lowering).kernels(widths);
  });
  return chooseNetworks(kernels, own, few).map((place) => candidates[place] as ProposedSample);
}

/**
 * Calibrates by a few networks, `few` of them, chosen by what separates the priors:
 *
 *     priors ─▶ choose networks ─▶ measure them and their kernels ─▶ re-scale ─▶ validate on networks left out
 *     prior-1.json …  chosen.json        rounds.csv … networks.csv                   device.json
 *
 * @throws UserError for priors of other kernels than the engine's here, a folder of another run or another process
 */
export async function calibrateFrom(
  priors: readonly DeviceProfile[],
  options: SessionOptions,
): Promise<DeviceProfile> {
  const { out, batch, seed, networks, budgetSeconds, onProgress } = options;
  const session = await openSession(options);
  for (const [index, prior] of priors.entries()) writeJson(join(out, priorFile(index)), prior);
  onProgress?.({ fraction: 0, text: 'choosing networks' });
  const chosen = await decidedOnce(join(out, 'chosen.json'), z.array(proposedSample), async () =>
    chosenSamples(session, priors, options),
  );
  await measureSamples({
    measurer: session.measurer,
    batch,
    seed,
    out,
    ...MEASURED,
    samples: chosen.map(session.draw),
    deadlineMs: session.startMs + MEASURING_SHARE * budgetSeconds * 1e3,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return fitTransferRun(out, networks, { name: options.name });
}

/** The priors that a run keeps; none in one that was calibrated without any. */
export function keptPriors(out: string): DeviceProfile[] {
  const numbers = readdirSync(out).flatMap((file) => PRIOR.exec(file)?.[1] ?? []);
  return numbers
    .map(Number)
    .sort((a, b) => a - b)
    .map((number) => {
      const path = join(out, priorFile(number - 1));
      return parseDeviceProfile(readText(path), path);
    });
}

/**
 * Re-scales again what a run measured, and writes `device.json`.
 * @throws UserError for a folder without priors or with too few networks measured
 */
export function fitTransferRun(
  out: string,
  networks: readonly Network[] = [],
  options: ReadRunOptions = {},
): DeviceProfile {
  const priors = keptPriors(out);
  if (priors.length === 0) {
    throw new UserError({
      got: `${out} without prior-1.json`,
      expected: 'the profiles that it was re-scaled from',
      fix: 'restore them, or calibrate again',
    });
  }
  const { measured, samples, context } = readMeasuredRun(out, networks, options);
  const profile = transferProfile(priors, measured.kernels, samples, context);
  const advice = { expected: 'measurements that a profile can be re-scaled by', fix: 'calibrate again' };
  writeJson(join(out, 'device.json'), parsedJson(profile, deviceProfile, advice, `a fit of ${out}`));
  return profile;
}
