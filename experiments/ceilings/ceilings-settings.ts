// The settings of measuring ceilings: its flags, what `measureCeilings` takes of them, and what run.json keeps.
import { z } from 'zod';
import { engineChoices } from '../../profiler/engines/registry.ts';
import * as common from '../../records/common-settings.ts';
import { defineSettings, type FlagsOf, type SettingsOf, setting } from '../../records/run-settings.ts';
import { durationSeconds } from '../../records/setting-kinds.ts';

export const ceilingsSettings = defineSettings(
  {
    engine: common.engine(engineChoices()),
    threads: common.threads,
    seed: common.seed,
    budgetSeconds: setting(durationSeconds(), {
      flag: '--budget <time>',
      description: 'time to measure for',
      default: 60,
    }),
    out: common.outTo('runs/ceilings'),
    json: common.json,
    quiet: common.quiet,
  },
  { engine: z.string(), provider: z.string(), threads: z.number().int() },
);
/** All that the command line says. */
export type CeilingsFlags = FlagsOf<typeof ceilingsSettings>;
export type CeilingsSettings = SettingsOf<typeof ceilingsSettings>;
