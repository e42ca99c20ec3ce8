// The settings of a study: its flags, what `study` takes of them, and what run.json keeps.
import { z } from 'zod';
import { engineChoices } from '../../profiler/engines/registry.ts';
import * as common from '../../records/common-settings.ts';
import {
  defineSettings,
  type FlagsOf,
  type SettingsOf,
  setting,
  unrecorded,
} from '../../records/run-settings.ts';
import { integer, oneOf, positiveNumber, toggle, word, words } from '../../records/setting-kinds.ts';
import { DEFAULT_SPREAD, STUDY_LAWS } from './laws.ts';

export const DEFAULT_SAMPLES = 5000;
/** Of datasheets. */
export const DEFAULT_DEVICES: readonly string[] = ['p100', 'v100'];
/** All rows of a study are in memory. */
const MOST_SAMPLES = 1_000_000;
const MOST_ROUNDS = 10_000;
/** Of a logarithm: e¹⁰ is more than any width. */
const MOST_SPREAD = 10;

export const studySettings = defineSettings(
  {
    network: unrecorded(
      "the network's own name is a fact",
      setting(word(), {
        flag: '--network <model>',
        description: 'zoo network or model file',
        default: 'inception-v2',
      }),
    ),
    image: common.image,
    dim: common.dim,
    samples: unrecorded(
      'a study may go on to more; sample k does not depend on how many there are',
      setting(integer(1, MOST_SAMPLES), {
        flag: '--samples <n>',
        description: `random sub-networks (default: ${DEFAULT_SAMPLES})`,
        default: null,
      }),
    ),
    law: unrecorded(
      'the law that it comes to, with the files given, is a fact',
      // --widths alone stands for `file`.
      setting(oneOf(STUDY_LAWS.filter((law) => law !== 'file')), {
        flag: '--law <law>',
        description: 'how widths are drawn (default: "uniform")',
        default: null,
      }),
    ),
    widths: unrecorded(
      'a fact is the hash of the widths in the files, which the context holds',
      setting(words(), {
        flag: '--widths <file...>',
        description:
          'structures { "layer name": width, … } (.json, .jsonl, folders): exactly these networks, or, with --law around, the one to draw around',
        default: null,
      }),
    ),
    spread: unrecorded(
      'a fact of law around',
      setting(positiveNumber(MOST_SPREAD), {
        flag: '--spread <x>',
        description: `of --law around: standard deviation of the logarithm of a width (default: ${DEFAULT_SPREAD})`,
        default: null,
      }),
    ),
    device: unrecorded(
      'predictions are made anew at every start; study.json names their devices',
      setting(words(), {
        flag: '--device <device...>',
        description: 'predicting devices: names of datasheets, paths of profiles',
        default: DEFAULT_DEVICES,
      }),
    ),
    measure: unrecorded(
      'a study may go on to measure more',
      setting(integer(0, MOST_SAMPLES), {
        flag: '--measure <n>',
        description: 'measure the first n samples',
        default: 0,
      }),
    ),
    rounds: unrecorded(
      'a fact of studies that measure',
      setting(integer(1, MOST_ROUNDS), {
        flag: '--rounds <n>',
        description:
          'rounds of measuring; networks that are less sure than 2 % get up to three times as many',
        default: 4,
      }),
    ),
    engine: common.engine(engineChoices()),
    threads: common.threads,
    batch: common.batch,
    seed: common.seed,
    shard: unrecorded(
      'the shard that it comes to is a fact',
      setting(word(), {
        flag: '--shard <i/n>',
        description:
          'only samples k with k mod n = i (from 0), in a folder of its own inside --out; auto: as Slurm arrays and indexed Kubernetes jobs say',
        default: null,
      }),
    ),
    shards: unrecorded(
      'part of the shard',
      setting(integer(1, MOST_SAMPLES), {
        flag: '--shards <n>',
        description: 'number of shards, where --shard auto cannot know it',
        default: null,
      }),
    ),
    merge: unrecorded(
      'what the command does, not what a study is',
      setting(words(), {
        flag: '--merge <dir...>',
        description: 'join the folders of shards into --out',
        default: null,
      }),
    ),
    analyze: unrecorded(
      'what the command does, not what a study is',
      setting(word(), {
        flag: '--analyze <dir>',
        description: 'say what a finished study found; --device adds the profile it used',
        default: null,
      }),
    ),
    parquet: unrecorded(
      'the same rows in another format',
      setting(toggle(), { flag: '--parquet', description: 'write study.parquet too', default: false }),
    ),
    dryRun: unrecorded(
      'writes nothing',
      setting(toggle(), {
        flag: '--dry-run',
        description: 'say how long it would take and what it would write; try the full network only',
        default: false,
      }),
    ),
    out: common.outTo('runs/study'),
    json: common.json,
    quiet: common.quiet,
  },
  {
    network: z.string(),
    law: z.enum(STUDY_LAWS),
    /** Of law `around`. */
    spread: z.number().optional(),
    /** Of the widths in the structure files of laws `around` and `file`. */
    widths_sha256: z.string().optional(),
    /** `i/n` */
    shard: z.string().optional(),
    /** Of studies that have measured. */
    engine: z.string().optional(),
    threads: z.number().int().optional(),
    rounds: z.number().int().optional(),
  },
);

/** All that its command line says. */
export type StudyFlags = FlagsOf<typeof studySettings>;
/** What a study's rows and measurements depend on, as run.json has it; a resumed one must agree in all of it. */
export type StudySettings = z.infer<typeof studySettings.recorded>;
/** Those that `study` takes as they are. */
export type StudyFlagSettings = SettingsOf<typeof studySettings>;
/** Those that it works out. */
export type StudyFacts = Omit<StudySettings, keyof StudyFlagSettings>;
