// What a study would do and how long it would take, from a trial of the full network.
import { join } from 'node:path';
import { mean } from 'simple-statistics';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { runsPerRound } from '../../profiler/timing/bursts.ts';
import { measurerOf, type NetworkTrial } from '../../profiler/timing/measurer.ts';
import { measurementFiles } from '../../records/measurement-files.ts';
import { type DrawnStudy, drawStudy } from './drawn-study.ts';
import { loadsOf } from './measure-study.ts';
import { type CompleteStudyOptions, settingsOf } from './study-options.ts';
import { checkStudyRun } from './study-run.ts';

/** What a study would do, and how long it would take. */
export interface StudyEstimate {
  /** Rows of study.csv. */
  readonly rows: number;
  /** Networks to measure in all, those whose measurements are complete, and rounds of others that are there already. */
  readonly networks: number;
  readonly measured: number;
  readonly rounds_measured: number;
  readonly loads: number;
  readonly rounds: number;
  /** The full network on the engine: making it and loading it, and one inference; null where nothing is measured. */
  readonly trial: { readonly load_seconds: number; readonly run_seconds: number } | null;
  /** Of what is left to measure. */
  readonly seconds: number;
  /** Whether a study of this folder would be gone on with. */
  readonly resumes: boolean;
  /** Paths that are written. */
  readonly writes: readonly string[];
}

/** Between two sentinels, this many networks run; each sentinel runs four times and is about as large as they are. */
const SENTINEL_SHARE = 4 / 8;

const WRITTEN = ['run.json', 'study.csv', 'study.json'] as const;
const MEASUREMENTS = ['networks.csv', 'rounds.csv'] as const;

/** What is left to measure. */
export interface MeasuringLeft {
  readonly networks: number;
  readonly loads: number;
  readonly rounds: number;
  /** Rounds of these networks that are there already. */
  readonly roundsDone: number;
  /** Mean FLOPs of these networks over those of the full network. */
  readonly flopsShare: number;
}

/**
 * Seconds that measuring takes. An inference of a sub-network is taken to last as its FLOPs to the full network's, and
 * loading it no less than the full network.
 */
export function measuringSeconds(left: MeasuringLeft, { loadSeconds, runSeconds }: NetworkTrial): number {
  const { networks, loads, rounds, roundsDone, flopsShare } = left;
  const run = runSeconds * flopsShare;
  const perRound = (1 + runsPerRound(run * 1e6) + SENTINEL_SHARE) * run;
  return networks * loads * (loadSeconds + 2 * run) + (networks * rounds - roundsDone) * perRound;
}

/** Mean FLOPs of networks over those of the full one; 0 for none. */
function flopsShare(plan: ChannelPlan, batch: number, networks: readonly Int32Array[]): number {
  if (networks.length === 0) return 0;
  const view = new MorphNetView(plan, batch);
  const flopsOf = (widths: Int32Array) => view.totals(widths, [], new Float64Array(0)).flops;
  return mean(networks.map(flopsOf)) / flopsOf(plan.fullWidths);
}

/** Networks that a folder has no complete measurements of, and rounds that it has of them. */
function measuringLeft(out: string, { toMeasure }: DrawnStudy) {
  const files = measurementFiles(out);
  const done = new Set(files.networks.read().map(({ sample }) => sample));
  const networks = toMeasure.filter(({ proposed }) => !done.has(proposed.sample));
  const waiting = new Set(networks.map(({ proposed }) => proposed.sample));
  return { networks, roundsDone: files.rounds.read().filter(({ sample }) => waiting.has(sample)).length };
}

/**
 * Estimates a study without measuring or writing anything but a trial of the full network.
 * @throws UserError for what the study itself would refuse
 */
export async function estimateStudy(options: CompleteStudyOptions): Promise<StudyEstimate> {
  const { network, out, measure, batch, parquet } = options;
  const drawn = drawStudy(options);
  const resumes = checkStudyRun(out, settingsOf(options));
  const left = measuringLeft(out, drawn);
  const rounds = measure?.rounds ?? 0;
  const loads = loadsOf(rounds);
  const measures = drawn.toMeasure.length > 0;
  const written = [
    ...WRITTEN,
    ...(parquet === true ? ['study.parquet'] : []),
    ...(measures ? MEASUREMENTS : []),
  ];
  const estimate = {
    rows: drawn.samples.length,
    networks: drawn.toMeasure.length,
    measured: drawn.toMeasure.length - left.networks.length,
    rounds_measured: left.roundsDone,
    loads,
    rounds,
    resumes,
    writes: written.map((name) => join(out, name)),
  };
  if (measure === undefined || !measures) return { ...estimate, trial: null, seconds: 0 };
  const [trial] = await measurerOf(measure.engine).trial([network], batch);
  if (trial === undefined) throw new Error('the trial of the full network returned nothing');
  const widths = left.networks.map((each) => each.widths);
  const seconds = measuringSeconds(
    {
      networks: left.networks.length,
      loads,
      rounds,
      roundsDone: left.roundsDone,
      flopsShare: flopsShare(drawn.family.plan, batch, widths),
    },
    trial,
  );
  return {
    ...estimate,
    trial: { load_seconds: trial.loadSeconds, run_seconds: trial.runSeconds },
    seconds,
  };
}
