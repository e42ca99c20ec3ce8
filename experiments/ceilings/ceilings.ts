// Measuring the ceilings of a machine and engine, stage by stage, resumable after each.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../profiler/engines/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { DisturbanceWatch } from '../../profiler/timing/disturbance.ts';
import { CEILINGS_SCHEMA, type Ceilings, ceilings, STAGES } from '../../records/ceilings.ts';
import { holdingFolder } from '../../records/folder-lock.ts';
import { readJsonFile } from '../../records/json-file.ts';
import { parsedJson } from '../../records/json-text.ts';
import type { MachineDescription } from '../../records/machine-description.ts';
import { openRun, writeJson } from '../../records/run-file.ts';
import type { ProgressListener } from '../progress.ts';
import { cachesOf } from './cases.ts';
import { type CeilingsSettings, ceilingsSettings } from './ceilings-settings.ts';
import { choosePeaks } from './peaks.ts';
import { CEILING_STAGES } from './stages.ts';

export interface CeilingsOptions extends CeilingsSettings {
  readonly engine: Engine;
  /** Folder for run.json and ceilings.json. */
  readonly out: string;
  readonly onProgress?: ProgressListener;
  /** Replaced in tests. */
  readonly watch?: DisturbanceWatch;
  readonly machine?: MachineDescription;
}

function earlierCeilings(path: string): Ceilings | undefined {
  if (!existsSync(path)) return undefined;
  const advice = {
    expected: 'the ceilings that `morphline ceilings` writes',
    fix: 'remove it to measure anew',
  };
  return parsedJson(readJsonFile(path, advice), ceilings, advice, path);
}

/** Starts a run or goes on with the one in the folder: what its stages have found so far. */
function openCeilings(options: CeilingsOptions, path: string, machine: MachineDescription): Ceilings {
  const { engine, out, onProgress: _onProgress, watch: _watch, machine: _machine, ...settings } = options;
  const { description } = engine;
  const { provider, threads } = description;
  const { run } = openRun(out, {
    command: 'ceilings',
    settings: ceilingsSettings.record(settings, { engine: description.engine, provider, threads }),
    context: { engine: description, machine },
  });
  return (
    earlierCeilings(path) ?? {
      schema: CEILINGS_SCHEMA,
      engine: description,
      machine: machine as Ceilings['machine'],
      measuredAt: run.startedAt,
      settings,
      caches: cachesOf(machine, description),
      stages: [],
      kernelOverheadUs: { copy: null, triad: null },
      bandwidth: [],
      compute: [],
      intensity: [],
      peaks: null,
    }
  );
}

/**
 * Measures the peaks that an engine reaches on this machine: bandwidth by size, compute rate by shape, and kernels from
 * memory-bound to compute-bound between them. Each stage is written to `ceilings.json` when it is done.
 *
 *     bandwidth ─▶ compute ─▶ refine (near the fastest) ─▶ intensity ─▶ choosePeaks
 *         └───────────┴──────────┴── ceilings.json ───────────┴────────────┘
 */
export function measureCeilings(options: CeilingsOptions): Promise<Ceilings> {
  return holdingFolder(options.out, 'ceilings', () => measureHere(options));
}

async function measureHere(options: CeilingsOptions): Promise<Ceilings> {
  const { engine, seed, budgetSeconds, out, watch } = options;
  const path = join(out, 'ceilings.json');
  let found = openCeilings(options, path, options.machine ?? (await describeMachine()));
  let before = 0;
  for (const { stage, share, measure } of CEILING_STAGES) {
    const from = before;
    before += share;
    if (found.stages.some((done) => done.stage === stage)) continue;
    found = await measure(engine, found, {
      seed: seed + STAGES.indexOf(stage),
      budgetSeconds: share * budgetSeconds,
      onRound: (fraction) => options.onProgress?.({ fraction: from + share * fraction, text: stage }),
      ...(watch === undefined ? {} : { watch }),
    });
    writeJson(path, ceilings.parse(found));
  }
  if (found.peaks === null) {
    found = { ...found, peaks: choosePeaks(found.bandwidth, found.compute, found.caches, found.stages) };
    writeJson(path, ceilings.parse(found));
  }
  options.onProgress?.({ fraction: 1, text: 'done' });
  return found;
}
