import { join } from 'node:path';
import { mean } from 'simple-statistics';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { measurerOf } from '../../profiler/timing/measurer.ts';
import { runsPerRound } from '../../profiler/timing/rounds.ts';
import { familyOf, measurementFiles } from '../samples/measure-samples.ts';
import { drawsOf } from './draw.ts';
import { samplesOf } from './shard.ts';
import { baseSettings, loadsOf, measuringSettings, type StudyOptions, samplesToMeasure } from './study.ts';
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

/**
 * Estimates a study without measuring or writing anything but a trial of the full network. An inference of a sub-network
 * is taken to last as its FLOPs to the full network's, and loading it no less than the full network.
 * @throws UserError for what the study itself would refuse
 */
export async function estimateStudy(options: StudyOptions): Promise<StudyEstimate> {
  const { network, out, measure, samples, shard, batch } = options;
  const { plan } = familyOf(network);
  drawsOf(plan, options);
  const drawn = samplesToMeasure(options, measure?.count ?? 0, plan);
  const resumes = checkStudyRun(out, baseSettings(options), measuringSettings(options));
  const files = measurementFiles(out);
  const wanted = new Set(drawn.map(({ proposed }) => proposed.sample));
  const done = new Set(files.networks.read().map(({ sample }) => sample));
  const left = drawn.filter(({ proposed }) => !done.has(proposed.sample));
  const begun = files.rounds.read().filter(({ sample }) => wanted.has(sample) && !done.has(sample)).length;
  const rounds = measure?.rounds ?? 0;
  const loads = loadsOf(rounds);
  const names = [
    ...WRITTEN,
    ...(options.parquet === true ? ['study.parquet'] : []),
    ...(drawn.length > 0 ? MEASUREMENTS : []),
  ];
  const about = {
    rows: samplesOf(samples, shard).length,
    networks: drawn.length,
    measured: drawn.length - left.length,
    rounds_measured: begun,
    loads,
    rounds,
    resumes,
    writes: names.map((name) => join(out, name)),
  };
  if (measure === undefined || drawn.length === 0) return { ...about, trial: null, seconds: 0 };
  const [trial] = await measurerOf(measure.engine).trial([network], batch);
  if (trial === undefined) throw new Error('the trial of the full network returned nothing');
  const { loadSeconds, runSeconds } = trial;
  const view = new MorphNetView(plan, batch);
  const flopsOf = (widths: Int32Array) => view.totals(widths, [], new Float64Array(0)).flops;
  const share =
    left.length === 0 ? 0 : mean(left.map(({ widths }) => flopsOf(widths))) / flopsOf(plan.fullWidths);
  const run = runSeconds * share;
  const perRound = (1 + runsPerRound(run * 1e6) + SENTINEL_SHARE) * run;
  const seconds = left.length * loads * (loadSeconds + 2 * run) + (left.length * rounds - begun) * perRound;
  return { ...about, trial: { load_seconds: loadSeconds, run_seconds: runSeconds }, seconds };
}
