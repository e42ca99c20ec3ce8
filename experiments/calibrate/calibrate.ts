import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceProfile, deviceProfile } from '../../calibration/device-profile.ts';
import { fitProfile, networkSample } from '../../calibration/fit-profile.ts';
import { probeNetworks } from '../../calibration/probe-networks.ts';
import {
  DEFAULT_COUNTS,
  type ProposedSample,
  proposeSamples,
  type SampleCounts,
} from '../../calibration/propose-samples.ts';
import { deployedNetwork } from '../../network/deployed.ts';
import type { Network } from '../../network/network.ts';
import { seededWeights } from '../../network/weights.ts';
import type { Engine } from '../../profiler/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import { drawSample, type Family, familyOf, measurementFiles, measureSamples } from '../measure-samples.ts';
import type { ProgressListener } from '../progress.ts';
import { openRun, writeJson } from '../run-file.ts';

export interface CalibrateOptions {
  readonly engine: Engine;
  /** The family: sub-networks of these are measured. */
  readonly networks: readonly Network[];
  readonly batch: number;
  readonly seed: number;
  readonly budgetSeconds: number;
  /** Folder for run.json, kernels.csv, networks.csv, rounds.csv and device.json. */
  readonly out: string;
  readonly name?: string;
  readonly onProgress?: ProgressListener;
}

/** Of the budget; the rest goes into reading the recordings and fitting. */
const MEASURING_SHARE = 0.87;
const MIN_ROUNDS = 4;
const MAX_ROUNDS = 60;

/** How many networks the budget allows: a trial of the full networks tells what loading and running cost here. */
async function affordableCounts(
  { engine, batch, budgetSeconds }: CalibrateOptions,
  families: readonly Family[],
): Promise<SampleCounts> {
  let secondsEach = 0;
  for (const { network } of families) {
    const startMs = performance.now();
    const deployed = deployedNetwork(network);
    const loaded = await engine.load(deployed, { batch, weights: seededWeights(deployed, 1) });
    await loaded.run();
    const loadSeconds = (performance.now() - startMs) / 1e3;
    const runSeconds = (await loaded.run()) / 1e6;
    await loaded.dispose();
    // Sub-networks take about a third of the full one; a profiled one is loaded twice and run five times a round.
    secondsEach += (0.6 * loadSeconds + MIN_ROUNDS * 5 * 0.35 * runSeconds) / families.length;
  }
  const total = DEFAULT_COUNTS.fit + DEFAULT_COUNTS.choose + DEFAULT_COUNTS.report;
  const share = Math.min(1, (MEASURING_SHARE * budgetSeconds) / (secondsEach * total));
  const scaled = (count: number, least: number) => Math.max(least, Math.round((count * share) / 3) * 3);
  return {
    fit: scaled(DEFAULT_COUNTS.fit, 12),
    choose: scaled(DEFAULT_COUNTS.choose, 6),
    report: scaled(DEFAULT_COUNTS.report, 12),
  };
}

/** Counts are decided once: a resumed run must draw the same samples. */
async function savedCounts(path: string, decide: () => Promise<SampleCounts>): Promise<SampleCounts> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as SampleCounts;
  const counts = await decide();
  writeJson(path, counts);
  return counts;
}

/**
 * Calibrates a device: measures probe kernels and random sub-networks in shuffled rounds, fits the ladder of device
 * models, validates it on networks that were not used for the fit, and writes `device.json`.
 * A killed run goes on after its last whole round.
 */
export async function calibrate(options: CalibrateOptions): Promise<DeviceProfile> {
  const { engine, batch, seed, out, budgetSeconds } = options;
  const startMs = performance.now();
  const machine = await describeMachine();
  const family = new Map(options.networks.map((network) => [network.name, familyOf(network)]));
  const probes = new Map(probeNetworks().map((network) => [network.name, familyOf(network)]));
  const { run } = openRun(out, {
    command: 'calibrate',
    settings: {
      engine: engine.description.engine,
      threads: engine.description.threads,
      rules: engine.description.rules,
      networks: [...family.keys()],
      batch,
      seed,
      budgetSeconds,
    },
    context: { engine: engine.description, machine },
  });
  options.onProgress?.({ fraction: 0, text: 'trial run' });
  const counts = await savedCounts(join(out, 'counts.json'), () =>
    affordableCounts(options, [...family.values()]),
  );
  const drawn = (proposed: ProposedSample) => {
    const found = family.get(proposed.network) ?? probes.get(proposed.network);
    if (found === undefined) throw new Error(`no network ${proposed.network} in this calibration`);
    return drawSample(proposed, found, seed);
  };
  const proposed = [
    ...[...probes.keys()].map(
      (network, sample) => ({ network, sample, role: 'probe', law: 'probe' }) as const,
    ),
    ...proposeSamples([...family.keys()], counts),
  ];
  const measured = await measureSamples({
    engine,
    samples: proposed.map(drawn),
    batch,
    seed,
    out,
    minRounds: MIN_ROUNDS,
    maxRounds: MAX_ROUNDS,
    deadlineMs: startMs + MEASURING_SHARE * budgetSeconds * 1e3,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  const networks = measured
    .filter(({ role }) => role !== 'probe')
    .map((record) => {
      const { network, sample, role, law } = record;
      const { family: of, widths } = drawn({ network, sample, role, law: law as ProposedSample['law'] });
      return networkSample(record, of.network, of.plan, widths, engine.rules.name, batch);
    });
  const profile = fitProfile(measurementFiles(out).kernels.read(), networks, {
    name: options.name ?? `${machine.processor} ${engine.description.engine} ×${engine.description.threads}`,
    engine: engine.description,
    machine,
    measuredAt: run.startedAt,
    settings: {
      networks: [...family.keys()],
      batch,
      seed,
      budgetSeconds,
      samples: { ...counts, probe: probes.size },
      rounds: Math.min(...measured.map(({ rounds }) => rounds)),
    },
  });
  writeJson(join(out, 'device.json'), deviceProfile.parse(profile));
  return profile;
}
