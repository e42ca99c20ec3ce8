import type { Command } from 'commander';
import pc from 'picocolors';
import { type EngineStatus, engineStatuses } from '../../profiler/engines.ts';
import { print, printJson } from '../terminal.ts';

function asJson({ name, trains, availability }: EngineStatus) {
  if (!availability.available) {
    const { reason, remedy } = availability;
    return { name, available: false, reason, remedy, adapters: [], trains };
  }
  const { adapter, hardware, provider, version } = availability.description;
  return {
    name,
    available: true,
    reason: null,
    remedy: null,
    adapters: [{ name: adapter, kind: hardware, driver: provider }],
    version,
    trains,
  };
}

export function enginesCommand(program: Command): void {
  program
    .command('engines')
    .description('what can run here, and how to get the rest')
    .option('--json', 'machine-readable output')
    .action(async (flags: { json?: boolean }) => {
      const statuses = await engineStatuses();
      if (flags.json === true) {
        printJson(statuses.map(asJson));
        return;
      }
      for (const { name, trains, availability } of statuses) {
        const can = trains ? 'measures, trains' : 'measures';
        if (availability.available) {
          const { adapter, hardware, provider, version } = availability.description;
          print(`${pc.green('●')} ${pc.bold(name.padEnd(12))} ${hardware}  ${adapter}`);
          print(pc.dim(`  ${''.padEnd(12)} ${provider}, ${version}; ${can}`));
        } else {
          print(`${pc.red('○')} ${pc.bold(name.padEnd(12))} ${availability.reason}`);
          print(pc.dim(`  ${''.padEnd(12)} to get it: ${availability.remedy}`));
        }
      }
    });
}
