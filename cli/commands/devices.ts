// `morphline devices`: its flags.
import type { Command } from 'commander';
import type { DevicesFlags } from '../actions/devices.ts';

export function devicesCommand(program: Command): void {
  program
    .command('devices')
    .argument('[dir...]', 'folders to look in (default: those shipped, and runs)')
    .description('the device profiles that there are: machine, engine, date, error')
    .option('--json', 'machine-readable output')
    .action(async (folders: string[], flags: DevicesFlags) => {
      const { devices } = await import('../actions/devices.ts');
      await devices(folders, flags);
    });
}
