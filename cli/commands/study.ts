import { join } from 'node:path';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { openDevice } from '../../calibration/device-profile.ts';
import { DEFAULT_SPREAD, STUDY_LAWS, type StudyLaw, widthsFile } from '../../experiments/study/draw.ts';
import { estimateStudy } from '../../experiments/study/dry-run.ts';
import { mergeStudies } from '../../experiments/study/merge.ts';
import { parseShard, shardFolder } from '../../experiments/study/shard.ts';
import { type StudyOptions, study } from '../../experiments/study/study.ts';
import { analyzeStudy } from '../../experiments/study-analysis/analyze-study.ts';
import { readStudyFiles } from '../../experiments/study-analysis/read-study.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { parsedJson } from '../../records/json-file.ts';
import { writeJson } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { warnOfLeftOut } from '../left-out.ts';
import {
  batchOption,
  type CommonFlags,
  engineOption,
  integerOption,
  openNetwork,
  positiveNumber,
  seedOption,
  threadsOption,
} from '../options.ts';
import { readStructures } from '../structures.ts';
import { studyEstimateText, studySummaryText } from '../study-text.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { studyAnalysisText } from './study-analysis-text.ts';

interface Flags extends CommonFlags {
  readonly network: string;
  readonly samples?: number;
  readonly law?: StudyLaw;
  readonly widths?: string[];
  readonly spread?: number;
  readonly device: string[];
  readonly measure: number;
  readonly rounds: number;
  readonly engine?: string;
  readonly threads: number;
  readonly batch: number;
  readonly seed: number;
  readonly shard?: string;
  readonly shards?: number;
  readonly merge?: string[];
  readonly analyze?: string;
  readonly parquet?: boolean;
  readonly dryRun?: boolean;
  readonly out: string;
}

const SAMPLES = 5000;
/** Without `file`, which `--widths` alone stands for. */
const LAWS = STUDY_LAWS.filter((law) => law !== 'file');

const needsBoth = (one: string, other: string) =>
  new UserError({
    got: `${one} without ${other}`,
    expected: 'both or neither',
    fix: `add ${other} or leave ${one} out`,
  });

/** Samples, law and structure files: `--widths` without a law is exactly those files, one sample each. */
function drawn({
  law,
  widths,
  samples,
  spread,
}: Flags): Pick<StudyOptions, 'samples' | 'law' | 'files' | 'spread'> {
  if (spread !== undefined && law !== 'around') throw needsBoth('--spread', '--law around');
  const random = { samples: samples ?? SAMPLES, ...(spread === undefined ? {} : { spread }) };
  if (widths === undefined) return { ...random, law: law ?? 'uniform' };
  const advice = { expected: '{ "layer name": width, … }', fix: 'correct the file' };
  const files = readStructures(widths).map(({ label, value }) =>
    parsedJson({ file: label, widths: value }, widthsFile, advice, `--widths ${label}`),
  );
  if (law !== undefined) return { ...random, law, files };
  if (samples === undefined) return { samples: files.length, law: 'file', files };
  throw new UserError({
    got: `--samples ${samples} and --widths without --law`,
    expected: 'one sample per file, or --law around for samples around one',
    fix: 'leave --samples out, or add --law around',
  });
}

function done(flags: Flags, out: string, summary: Awaited<ReturnType<typeof study>>): void {
  warnOfLeftOut(out);
  if (flags.json === true) printJson(summary);
  else print(`${studySummaryText(summary)}\n${pc.dim('rows:')} ${join(out, 'study.csv')}`);
}

async function merge(flags: Flags, directories: readonly string[]): Promise<void> {
  const { out, parquet, shard, measure, dryRun, widths } = flags;
  for (const [flag, value] of Object.entries({ shard, measure, widths, 'dry-run': dryRun })) {
    if (value === undefined || value === 0) continue;
    throw new UserError({
      got: `--merge and --${flag}`,
      expected: 'one of them',
      fix: 'leave the other out',
    });
  }
  const { summary, warnings } = await mergeStudies({ directories, out, parquet: parquet === true });
  for (const line of warnings) process.stderr.write(`${pc.yellow(line)}\n`);
  done(flags, out, summary);
}

async function run(flags: Flags): Promise<void> {
  const network = openNetwork(flags.network);
  const devices = flags.device.map(openDevice);
  if (flags.shards !== undefined && flags.shard !== 'auto') throw needsBoth('--shards', '--shard auto');
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard, process.env, flags.shards);
  const out = shard === undefined ? flags.out : join(flags.out, shardFolder(shard));
  const draws = drawn(flags);
  const engine =
    flags.measure > 0 ? await openIsolated({ engine: flags.engine, threads: flags.threads }) : undefined;
  const bar = progressBar('study', flags.quiet === true);
  const options: StudyOptions = {
    network,
    ...draws,
    devices,
    batch: flags.batch,
    seed: flags.seed,
    out,
    parquet: flags.parquet === true,
    onProgress: bar.update,
    ...(shard === undefined ? {} : { shard }),
    ...(engine === undefined ? {} : { measure: { count: flags.measure, rounds: flags.rounds, engine } }),
  };
  if (flags.dryRun === true) {
    const estimate = await estimateStudy(options);
    await engine?.close();
    if (flags.json === true) printJson(estimate);
    else print(studyEstimateText(estimate));
    return;
  }
  const summary = await study(options);
  await engine?.close();
  bar.finish();
  done(flags, out, summary);
}

function analyze(flags: Flags, directory: string): void {
  const analysis = analyzeStudy(readStudyFiles(directory, flags.device.map(openDevice)));
  writeJson(join(directory, 'study-analysis.json'), analysis);
  if (flags.json === true) printJson(analysis);
  else print(studyAnalysisText(analysis));
}

export function studyCommand(program: Command): void {
  program
    .command('study')
    .description('random sub-networks: FLOPs against predicted and measured latency')
    .option('--network <model>', 'zoo network or model file', 'inception-v2')
    .addOption(integerOption('--samples <n>', `random sub-networks (default: ${SAMPLES})`, 1))
    .addOption(new Option('--law <law>', 'how widths are drawn (default: "uniform")').choices(LAWS))
    .option(
      '--widths <file...>',
      'structures { "layer name": width, … } (.json, .jsonl, folders): exactly these networks, or, with --law around, the one to draw around',
    )
    .addOption(
      new Option(
        '--spread <x>',
        `of --law around: standard deviation of the logarithm of a width (default: ${DEFAULT_SPREAD})`,
      ).argParser(positiveNumber('spread')),
    )
    .option('--device <device...>', 'predicting devices: names of datasheets, paths of profiles', [
      'p100',
      'v100',
    ])
    .addOption(integerOption('--measure <n>', 'measure the first n samples', 0).default(0))
    .addOption(
      integerOption(
        '--rounds <n>',
        'rounds of measuring; networks that repeat worse than 4 % get up to three times as many',
        1,
      ).default(4),
    )
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(batchOption())
    .addOption(seedOption())
    .option(
      '--shard <i/n>',
      'only samples k with k mod n = i (from 0), in a folder of its own inside --out; auto: as Slurm arrays and indexed Kubernetes jobs say',
    )
    .addOption(integerOption('--shards <n>', 'number of shards, where --shard auto cannot know it', 1))
    .option('--merge <dir...>', 'join the folders of shards into --out')
    .option('--analyze <dir>', 'say what a finished study found; --device adds the profile it used')
    .option('--parquet', 'write study.parquet too')
    .option('--dry-run', 'say how long it would take and what it would write; try the full network only')
    .option('--out <dir>', 'folder of the results', 'runs/study')
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action((flags: Flags) => {
      if (flags.analyze !== undefined) return analyze(flags, flags.analyze);
      return flags.merge === undefined ? run(flags) : merge(flags, flags.merge);
    });
}
