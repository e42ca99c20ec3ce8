import { join } from 'node:path';
import { mean } from 'simple-statistics';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { probeNetworks } from '../../calibration/probe-networks.ts';
import {
  DEFAULT_COUNTS,
  type ProposedSample,
  proposeSamples,
  type SampleCounts,
} from '../../calibration/propose-samples.ts';
import type { Network } from '../../network/network.ts';
import type { Engine } from '../../profiler/engine.ts';
import { engineChoice } from '../../profiler/engines.ts';
import { describeMachine } from '../../profiler/machine.ts';
import { type Measurer, measurerOf } from '../../profiler/measurer.ts';
import { drawSample, type Family, familyOf, measureSamples } from '../measure-samples.ts';
import type { ProgressListener } from '../progress.ts';
import { decidedOnce, openRun } from '../run-file.ts';
import { fitRun } from './fit-run.ts';

export interface CalibrateOptions {
  /** An open engine measures in this process; an isolated measurer in children of it. */
  readonly engine: Engine | Measurer;
  /** The family: sub-networks of these are measured. */
  readonly networks: readonly Network[];
  readonly batch: number;
  readonly seed: number;
  readonly budgetSeconds: number;
  /** Folder for run.json, device.json and the files of the measurements. */
  readonly out: string;
  readonly name?: string;
  readonly onProgress?: ProgressListener;
}

/** Of the budget; the rest goes into reading the recordings and fitting. */
const MEASURING_SHARE = 0.87;
/** Taken even if the machine turns out slower than on trial; the plan is made for more. */
const MIN_ROUNDS = 4;
const PLANNED_ROUNDS = 6;
const MAX_ROUNDS = 60;
/**
 * How often each network is loaded: with ONNX Runtime, where its buffers come to lie makes up to a quarter of its
 * latency. Fewer where the budget does not allow the least number of networks.
 */
const LOADS = 3;
const LEAST_COUNTS: SampleCounts = { fit: 12, choose: 6, report: 12 };
/** Starting a process and opening an engine in it. */
const START_SECONDS = 1.5;
/** Time that a network's samples take in a round, at least. */
const ROUND_SECONDS = 0.013;
/** Runs of a network that is timed (once cold) and, where it is fitted, profiled: in a round, once a load to warm up. */
const RUNS_PER_ROUND = 6;
const WARM_UPS = 4;
/** Sub-networks take about a third of the full one. */
const MEAN_COST = 0.35;
/** One that is profiled is loaded twice. */
const MEAN_LOADING = 0.6;

/** What a calibration measures, decided once. */
interface Plan extends SampleCounts {
  readonly loads: number;
}

const total = ({ fit, choose, report }: SampleCounts) => fit + choose + report;

/** How many networks and loads the budget allows: a trial of the full networks tells what they cost here. */
async function affordablePlan(
  measurer: Measurer,
  { batch, budgetSeconds }: CalibrateOptions,
  families: readonly Family[],
): Promise<Plan> {
  const trials = await measurer.trial(
    families.map(({ network }) => network),
    batch,
  );
  const secondsEach = (loads: number) =>
    mean(
      trials.map(({ loadSeconds, runSeconds }) => {
        const run = MEAN_COST * runSeconds;
        const round = Math.max(RUNS_PER_ROUND * run, ROUND_SECONDS + (RUNS_PER_ROUND - 3) * run);
        return loads * (MEAN_LOADING * loadSeconds + WARM_UPS * run) + PLANNED_ROUNDS * round;
      }),
    );
  const shareOf = (loads: number, counts: SampleCounts) =>
    (MEASURING_SHARE * budgetSeconds - loads * START_SECONDS) / (secondsEach(loads) * total(counts));
  let loads = LOADS;
  while (loads > 1 && shareOf(loads, LEAST_COUNTS) < 1) loads--;
  const share = Math.min(1, shareOf(loads, DEFAULT_COUNTS));
  const scaled = (role: keyof SampleCounts) =>
    Math.max(LEAST_COUNTS[role], Math.round((DEFAULT_COUNTS[role] * share) / 3) * 3);
  return { fit: scaled('fit'), choose: scaled('choose'), report: scaled('report'), loads };
}

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
  const family = new Map(options.networks.map((network) => [network.name, familyOf(network)]));
  const probes = new Map(probeNetworks().map((network) => [network.name, familyOf(network)]));
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
    },
    context: { engine: description, machine },
  });
  options.onProgress?.({ fraction: 0, text: 'trial run' });
  const { loads, ...counts } = await decidedOnce(join(out, 'counts.json'), () =>
    affordablePlan(measurer, options, [...family.values()]),
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
  await measureSamples({
    measurer,
    samples: proposed.map(drawn),
    batch,
    seed,
    out,
    loads,
    minRounds: MIN_ROUNDS,
    maxRounds: MAX_ROUNDS,
    deadlineMs: startMs + MEASURING_SHARE * budgetSeconds * 1e3,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  return fitRun(out, options.networks, options.name);
}
