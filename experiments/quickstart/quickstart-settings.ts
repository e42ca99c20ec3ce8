// The flags of a quickstart; each of its parts keeps its own settings in a run.json of its own.
import { engineChoices } from '../../profiler/engines/registry.ts';
import * as common from '../../records/common-settings.ts';
import { defineSettings, type FlagsOf, unrecorded } from '../../records/run-settings.ts';

export const quickstartSettings = defineSettings(
  {
    engine: common.engine(engineChoices()),
    threads: common.threads,
    seed: unrecorded('every part records it', common.seed),
    out: common.outTo('quickstart'),
    json: common.json,
    quiet: common.quiet,
  },
  {},
);
export type QuickstartFlags = FlagsOf<typeof quickstartSettings>;
