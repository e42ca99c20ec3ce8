// What `morphline study` does: runs a study or a shard of one, joins shards, or analyzes a finished study.
import { join } from 'node:path';
import pc from 'picocolors';
import { openDevice } from '../../calibration/open-device.ts';
import { measuredLike } from '../../calibration/profiled-network.ts';
import { widthsFile } from '../../experiments/study/draw.ts';
import { estimateStudy } from '../../experiments/study/dry-run.ts';
import { mergeStudies } from '../../experiments/study/merge.ts';
import { parseShard, type Shard, shardFolder } from '../../experiments/study/shard.ts';
import { study } from '../../experiments/study/study.ts';
import type { CompleteStudyOptions } from '../../experiments/study/study-options.ts';
import { DEFAULT_SAMPLES, type StudyFlags, studySettings } from '../../experiments/study/study-settings.ts';
import { analyzeStudy } from '../../experiments/study-analysis/analyze-study.ts';
import { readStudyFiles } from '../../experiments/study-analysis/read-study.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { parsedJson } from '../../records/json-text.ts';
import { writeJson } from '../../records/run-file.ts';
import type { StudySummary } from '../../records/study.ts';
import { UserError } from '../../records/user-error.ts';
import { warnOfLeftOut } from '../left-out.ts';
import { openNetwork } from '../models.ts';
import { stopsAtOnce } from '../signals.ts';
import { readStructures } from '../structures.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { studyAnalysisText } from './study-analysis-text.ts';
import { studyEstimateText, studySummaryText } from './study-text.ts';

const needsBoth = (one: string, other: string) =>
  new UserError({
    got: `${one} without ${other}`,
    expected: 'both or neither',
    fix: `add ${other} or leave ${one} out`,
  });

/** Samples, law and structure files: `--widths` without a law is exactly those files, one sample each. */
function draws({
  law,
  widths,
  samples,
  spread,
}: StudyFlags): Pick<CompleteStudyOptions, 'samples' | 'law' | 'files' | 'spread'> {
  if (spread !== null && law !== 'around') throw needsBoth('--spread', '--law around');
  const random = { samples: samples ?? DEFAULT_SAMPLES, ...(spread === null ? {} : { spread }) };
  if (widths === null) return { ...random, law: law ?? 'uniform' };
  const advice = { expected: '{ "layer name": width, … }', fix: 'correct the file' };
  const files = readStructures(widths).map(({ label, value }) =>
    parsedJson({ file: label, widths: value }, widthsFile, advice, `--widths ${label}`),
  );
  if (law !== null) return { ...random, law, files };
  if (samples === null) return { samples: files.length, law: 'file', files };
  throw new UserError({
    got: `--samples ${samples} and --widths without --law`,
    expected: 'one sample per file, or --law around for samples around one',
    fix: 'leave --samples out, or add --law around',
  });
}

function shardOf({ shard, shards }: StudyFlags): Shard | null {
  if (shards !== null && shard !== 'auto') throw needsBoth('--shards', '--shard auto');
  return shard === null ? null : parseShard(shard, process.env, shards ?? undefined);
}

function printSummary(flags: StudyFlags, out: string, summary: StudySummary): void {
  warnOfLeftOut(out);
  if (flags.json) printJson(summary);
  else print(`${studySummaryText(summary)}\n${pc.dim('rows:')} ${join(out, 'study.csv')}`);
}

/** What the flags say of a study, but for what measures and who listens. */
async function optionsOf(flags: StudyFlags): Promise<CompleteStudyOptions> {
  const shard = shardOf(flags);
  const devices = flags.device.map(openDevice);
  return {
    ...studySettings.pickRecorded(flags),
    ...draws(flags),
    network: measuredLike(await openNetwork(flags.network, flags), devices),
    devices,
    parquet: flags.parquet,
    ...(shard === null ? { out: flags.out } : { shard, out: join(flags.out, shardFolder(shard)) }),
  };
}

/** Does something with an engine, where networks are measured, and closes it whatever happens. */
async function withEngine<T>(
  { measure, rounds, engine, threads }: StudyFlags,
  use: (measuring: Pick<CompleteStudyOptions, 'measure'>) => Promise<T>,
): Promise<T> {
  if (measure === 0) return use({});
  const measurer: Measurer = await openIsolated({ engine: engine ?? undefined, threads });
  try {
    return await use({ measure: { count: measure, rounds, engine: measurer } });
  } finally {
    await measurer.close();
  }
}

/**
 * Runs a study, or with `--dry-run` says what that would take.
 * @throws UserError for flags that do not go together, and for a folder of another study
 */
export async function runStudy(flags: StudyFlags): Promise<void> {
  const options = await optionsOf(flags);
  if (flags.dryRun) {
    const estimate = await withEngine(flags, (measuring) => estimateStudy({ ...options, ...measuring }));
    if (flags.json) printJson(estimate);
    else print(studyEstimateText(estimate));
    return;
  }
  const bar = progressBar('study', flags.quiet);
  try {
    const summary = await withEngine(flags, (measuring) =>
      study({ ...options, ...measuring, onProgress: bar.update }),
    );
    bar.finish();
    printSummary(flags, options.out, summary);
  } finally {
    bar.finish();
  }
}

/**
 * Joins the folders of shards into `--out`.
 * @throws UserError for flags that merging has no use for, and for shards that do not belong together
 */
export async function mergeShards(directories: readonly string[], flags: StudyFlags): Promise<void> {
  const { out, parquet, shard, measure, dryRun, widths } = flags;
  const others = { shard: shard !== null, measure: measure > 0, widths: widths !== null, 'dry-run': dryRun };
  const other = Object.entries(others).find(([, isGiven]) => isGiven);
  if (other !== undefined) {
    throw new UserError({
      got: `--merge and --${other[0]}`,
      expected: 'one of them',
      fix: 'leave the other out',
    });
  }
  const { summary, warnings } = await mergeStudies({ directories, out, parquet });
  for (const line of warnings) process.stderr.write(`${pc.yellow(line)}\n`);
  printSummary(flags, out, summary);
}

/** Says what a finished study found, and leaves it there as study-analysis.json. */
export async function analyzeStudyFolder(directory: string, flags: StudyFlags): Promise<void> {
  stopsAtOnce();
  const analysis = analyzeStudy(readStudyFiles(directory, flags.device.map(openDevice)));
  writeJson(join(directory, 'study-analysis.json'), analysis);
  if (flags.json) printJson(analysis);
  else print(studyAnalysisText(analysis));
}
