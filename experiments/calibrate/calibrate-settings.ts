// The settings of a calibration: its flags, what `calibrate` takes of them, and what run.json keeps.
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
import { durationSeconds, integer, toggle, word, words } from '../../records/setting-kinds.ts';

export const calibrateSettings = defineSettings(
  {
    engine: common.engine(engineChoices()),
    network: unrecorded(
      "the networks' own names are facts",
      setting(words(), {
        flag: '--network <names...>',
        description: 'family whose sub-networks are measured',
        default: ['inception-v2'],
      }),
    ),
    image: common.image,
    dim: common.dim,
    batch: common.batch,
    threads: common.threads,
    seed: common.seed,
    budgetSeconds: setting(durationSeconds(), {
      flag: '--budget <time>',
      description: 'time to measure for',
      default: 180,
    }),
    from: unrecorded(
      'facts name them, and the run keeps them',
      setting(words(), {
        flag: '--from <profiles...>',
        description: 'known device.json files to re-scale by a few networks, in some twenty seconds',
        default: [],
      }),
    ),
    few: unrecorded(
      'chosen.json keeps the networks',
      setting(integer(3, 64), {
        flag: '--networks <n>',
        description: 'networks to re-scale by, with --from',
        default: 8,
      }),
    ),
    table: setting(toggle(), {
      flag: '--table',
      description: "a table of one network's own kernels over a grid of its widths",
      default: false,
    }),
    int8: setting(toggle(), {
      flag: '--int8',
      description: 'networks in 8 bits (QDQ), on engines that compute with them',
      default: false,
    }),
    validate: unrecorded(
      "the networks' own names are facts",
      setting(words(), {
        flag: '--validate <names...>',
        description: 'other families to predict and measure; nothing of them is fitted',
        default: [],
      }),
    ),
    out: common.outTo('runs/calibrate'),
    json: common.json,
    quiet: common.quiet,
    refit: unrecorded(
      'it starts no run',
      setting(word(), {
        flag: '--refit <dir>',
        description: 'fit again what an earlier calibration measured there; no device is needed',
        default: null,
      }),
    ),
  },
  {
    engine: z.string(),
    threads: z.number().int(),
    rules: z.string(),
    networks: z.array(z.string()),
    validate: z.array(z.string()),
    from: z.array(z.string()),
  },
);

/** All that the command line says. */
export type CalibrateFlags = FlagsOf<typeof calibrateSettings>;
/** Those that `calibrate` takes as they are. */
export type CalibrateSettings = SettingsOf<typeof calibrateSettings>;
