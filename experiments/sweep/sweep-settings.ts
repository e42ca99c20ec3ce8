// The settings of a sweep: its flags, the options of `sweep`, and what run.json keeps.
import { z } from 'zod';
import { trainingEngines } from '../../profiler/engines/registry.ts';
import * as common from '../../records/common-settings.ts';
import { decimal } from '../../records/decimal.ts';
import {
  defineSettings,
  type FlagsOf,
  type SettingsOf,
  setting,
  unrecorded,
} from '../../records/run-settings.ts';
import {
  integer,
  oneOf,
  positiveNumber,
  type SettingKind,
  someOf,
  toggle,
  word,
} from '../../records/setting-kinds.ts';
import { trainingFacts, trainSettings } from '../train/train-settings.ts';
import { BUDGET_UNITS } from './base.ts';
import { DEFAULT_METHODS, FORMS, METHODS } from './methods.ts';

const MOST_SEEDS = 10_000;

/** Shares of what the seed network costs, each above 0. */
function shares(): SettingKind<readonly number[]> {
  const expected = 'shares above 0, up to 1, such as 0.3 0.5 0.7';
  const share = z.preprocess(decimal, z.number(expected).positive(expected).lte(1, expected));
  return { schema: z.array(share).nonempty(expected).readonly() };
}

const {
  network,
  image,
  dim,
  data,
  cache,
  images,
  device,
  shrinkShare,
  epochs,
  shrinkEpochs,
  batch,
  learningRate,
  augment,
} = trainSettings.fields;

export const sweepSettings = defineSettings(
  {
    network,
    image,
    dim,
    data,
    cache,
    images,
    device,
    methods: setting(someOf(METHODS), {
      flag: '--methods <method...>',
      description: `what to compare: ${METHODS.join(', ')}`,
      default: DEFAULT_METHODS,
    }),
    forms: setting(someOf(FORMS), {
      flag: '--forms <form...>',
      description: "of MorphNet's methods: shrunk, expanded, expanded twice",
      default: FORMS,
    }),
    budgets: setting(shares(), {
      flag: '--budgets <share...>',
      description: "shares of the seed network's measured latency, trained in this order",
      default: [0.5, 0.3, 0.7],
    }),
    budgetIn: setting(oneOf(BUDGET_UNITS), {
      flag: '--budget-in <unit>',
      description: "what those are shares of: the seed network's measured latency, or its flops",
      default: 'latency',
    }),
    seeds: unrecorded(
      'a sweep may go on to more; what a seed gives does not depend on how many there are',
      setting(integer(1, MOST_SEEDS), {
        flag: '--seeds <n>',
        description: 'random seeds: 1 … n',
        default: 3,
      }),
    ),
    datasheet: setting(word(), {
      flag: '--datasheet <device>',
      description: 'datasheet device of the method of that name',
      default: 'v100',
    }),
    shrinkShare,
    epochs,
    shrinkEpochs,
    batch,
    learningRate,
    tolerance: setting(positiveNumber(1), {
      flag: '--tolerance <share>',
      description: 'how near measured latency has to come to its budget',
      default: 0.03,
    }),
    engine: common.engine(trainingEngines()),
    threads: trainSettings.fields.threads,
    augment,
    shard: unrecorded(
      'a shard has a folder of its own',
      setting(word(), {
        flag: '--shard <i/n>',
        description: 'only the seeds of this part, or `auto` in a Slurm array or an indexed Kubernetes job',
        default: null,
      }),
    ),
    dryRun: unrecorded(
      'it measures nothing',
      setting(toggle(), {
        flag: '--dry-run',
        description: 'say how long it will take, and stop',
        default: false,
      }),
    ),
    out: common.outTo('runs/sweep'),
    json: common.json,
    quiet: common.quiet,
  },
  trainingFacts,
);
export type SweepSettings = SettingsOf<typeof sweepSettings>;
export type SweepFlags = FlagsOf<typeof sweepSettings>;
