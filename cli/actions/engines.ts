// What `morphline engines` does: says what can run here and how to get the rest, or installs a part of it.
import pc from 'picocolors';
import {
  defaultEngine,
  defaultTrainingEngine,
  type EngineStatus,
  engineStatuses,
} from '../../profiler/engines/registry.ts';
import { INSTALLERS } from '../installers.ts';
import { print, printJson, table } from '../terminal.ts';

export interface EnginesFlags {
  readonly json?: boolean;
  readonly install?: string;
}

function asJson({ name, trains, availability }: EngineStatus) {
  return availability.available
    ? { name, available: true, reason: null, remedy: null, adapters: availability.adapters, trains }
    : {
        name,
        available: false,
        reason: availability.reason,
        remedy: availability.remedy,
        adapters: [],
        trains,
      };
}

const KINDS = { gpu: 'GPU', cpu: 'CPU', software: 'software' } as const;

function rowsOf({ name, trains, availability }: EngineStatus): string[][] {
  const does = trains ? 'yes' : 'no';
  if (!availability.available) return [[pc.red(name), '–', 'not here', '–', does]];
  return availability.adapters.map(({ name: adapter, kind, driver }, index) =>
    index === 0
      ? [pc.green(name), KINDS[kind], adapter, driver, does]
      : ['', KINDS[kind], adapter, driver, ''],
  );
}

async function show(statuses: readonly EngineStatus[]): Promise<void> {
  print(table(['engine', 'on', 'processor', 'driver', 'trains'], statuses.flatMap(rowsOf)));
  print('');
  print(
    `by default ${pc.bold(await defaultEngine())} measures and ${pc.bold(await defaultTrainingEngine())} trains`,
  );
  for (const { name, availability } of statuses) {
    if (availability.available) continue;
    print(`\n${pc.red(name)}: ${availability.reason}`);
    print(`  to get it: ${availability.remedy}`);
  }
}

export async function engines({ json, install = '' }: EnginesFlags): Promise<void> {
  const installer = INSTALLERS[install];
  if (installer !== undefined) {
    const made = await installer((line) => process.stderr.write(`${line}\n`));
    print(`installed: ${made}`);
    return;
  }
  const statuses = await engineStatuses();
  if (json === true) printJson(statuses.map(asJson));
  else await show(statuses);
}
